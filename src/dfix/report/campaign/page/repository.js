// One repository: what became of it, and its files.

const FILES = 50;
const OPENED = 3;

/** Shows a repository in place of the summary. */
function showRepository(row) {
  const detail = document.getElementById("detail");
  const record = data(`data-${row.at}`);
  const loading = record === null && document.readyState === "loading";
  const heading = el("h1", { tabindex: -1 }, row.name);
  detail.replaceChildren(
    wayElement(row),
    heading,
    el("p", { class: "hint" }, el("span", { class: `status ${row.status}` }, row.status), " ", row.source || ""),
    row.reason ? el("p", { class: `reason ${row.status}` }, prose(row.reason)) : [],
    record ? factsElement(record) : [],
    linksElement(row),
    ...(record ? filesElements(record, row.files) : [el("p", { class: "card" }, loading ? "Loading\u2026" : "This page has no room for its files: see the patch, or report.json.")]),
  );
  if (loading) document.addEventListener("DOMContentLoaded", () => route(), { once: true });
  document.getElementById("summary").hidden = true;
  detail.hidden = false;
  document.title = `${row.name} \u2013 dfix campaign report`;
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

function wayElement(row) {
  const at = table.found.indexOf(row);
  const neighbour = (by, label, more) => {
    const other = at < 0 ? undefined : table.found[at + by];
    return other ? el("a", { href: address(other), class: more, title: other.name }, label) : null;
  };
  const [, many] = index.noun;
  return el("nav", { class: "way", "aria-label": "Way" }, el("a", { href: "#repositories", id: "up" }, `All ${many}`), neighbour(-1, "Previous", "next"), neighbour(1, "Next", at > 0 ? "" : "next"));
}

function factsElement(record) {
  const facts = [
    ["ref", record.ref],
    ["at", record.base && record.base.slice(0, 12)],
    ["branch", record.branch],
    ["commits", record.commits && record.commits.map((each) => each.slice(0, 12)).join(", ")],
    ["pushed to", record.pushed],
    ["took", record.seconds ? `${record.seconds.toFixed(2)} s` : null],
  ].filter(([, value]) => value);
  return facts.length ? el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))) : [];
}

function linksElement(row) {
  const results = row.patch && !row.patch.endsWith(".patch");
  const links = [[results ? "Results" : "Patch", row.patch], ["Text of the pull request", row.description], ["Pull request", row.pull]];
  const made = links.filter(([, target]) => target).map(([label, target]) => link(label, target));
  return made.length ? el("p", { class: "links" }, made) : [];
}

function filesElements(record, count) {
  const all = record.files ?? [];
  const left = count - all.length;
  const changed = all.filter((file) => file.status === "changed");
  const list = el("div");
  const pager = el("div");
  const found = el("p", { class: "hint", role: "status", "aria-live": "polite" });
  const search = el("input", { type: "search", id: "file-search", autocomplete: "off", spellcheck: "false" });
  const choices = [["changed", "Changed", changed.length], ["", "All", all.length]].filter(([name, , count]) => !name || count);
  const chips = el(
    "fieldset",
    { class: "chips" },
    el("legend", {}, "Files"),
    choices.map(([name, label, count], at) =>
      el("label", {}, el("input", { type: "radio", name: "files", value: name, checked: at === 0, onchange: fill }), el("span", {}, label, " ", el("b", {}, number(count)))),
    ),
  );
  function fill() {
    const status = chips.querySelector("input:checked").value;
    const wanted = search.value.trim().toLowerCase();
    const some = (status ? changed : all).filter((file) => file.path.toLowerCase().includes(wanted));
    list.replaceChildren();
    const few = some.length <= OPENED;
    const pages = paged(some, FILES, (file, at) => fileElement(file, at, few), ["file", "files"], (made) => list.append(...made));
    pager.replaceChildren(pages.more);
    found.textContent = some.length === all.length ? "" : `${number(some.length)} of ${counted(all.length, "file", "files")}`;
  }
  search.addEventListener("input", fill);
  fill();
  const many = all.length > 10;
  return [
    el(
      "div",
      { class: "files-head" },
      el("h2", {}, count ? "Files" : "No files"),
      many ? el("div", { class: "field" }, el("label", { for: "file-search" }, "Search in paths"), search) : null,
      choices.length > 1 && changed.length < all.length ? chips : null,
    ),
    found,
    list,
    pager,
    left > 0 ? el("p", { class: "card" }, `${counted(left, "file is", "files are")} counted here, and told one by one in the results.`) : [],
  ].flat();
}
