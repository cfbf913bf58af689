// Beginning: what the page's data say, which view an address asks for, light or dark.

const index = (() => {
  const raw = data("index");
  const outcomes = Object.keys(raw.outcomes);
  const fixers = new Map(raw.fixers.map(([name, why, reference]) => [name, { why, reference }]));
  const names = [...fixers.keys()];
  const rows = raw.rows.map(([name, source, status, reason, files, changed, counts, fixed, paths, patch, description, pull], at) => ({
    at, name, source, status, reason, files, changed, patch, description, pull,
    outcomes: Object.fromEntries(outcomes.map((each, number) => [each, counts[number]])),
    fixers: fixed.map((each) => names[each]),
    haystack: [name, source, reason, paths].join("\n").toLowerCase(),
  }));
  return { noun: raw.noun, boundary: raw.boundary, fixers, rows, byAddress: new Map(rows.map((row) => [address(row), row])) };
})();

let opened = null;

function address(row) {
  return "#/" + encodeURIComponent(row.name);
}

/** Shows what the address asks for: a repository, or the summary. */
function route() {
  const row = index.byAddress.get(location.hash);
  if (row) {
    opened = row;
    showRepository(row);
    return;
  }
  const summary = document.getElementById("summary");
  const target = document.getElementById(location.hash.slice(1));
  if (target && !summary.contains(target)) return; // a place in what is shown
  document.getElementById("detail").hidden = true;
  summary.hidden = false;
  document.title = "dfix campaign report";
  const from = opened;
  opened = null;
  if (from && (!target || target.id === "repositories")) table.reveal(from);
  else if (from) target.scrollIntoView();
}

function theme() {
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const tell = () => button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    tell();
  });
  system.addEventListener("change", tell);
  tell();
  button.hidden = false;
}

theme();
table.begin();
for (const anchor of document.querySelectorAll("a.open")) anchor.setAttribute("href", address({ name: anchor.dataset.name }));
for (const anchor of document.querySelectorAll("a.pick")) {
  anchor.addEventListener("click", () => {
    table.fixer.value = anchor.dataset.fixer;
    table.renew();
  });
}
window.addEventListener("hashchange", route);
if (index.byAddress.has(location.hash)) route();
