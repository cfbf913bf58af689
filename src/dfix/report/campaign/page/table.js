// The table of repositories: searched, filtered and sorted over all of them, shown a page at a time.

const PAGE = 50;
const STATUSES = ["failed", "changed", "skipped", "unchanged"];

const table = {
  found: [],
  page: 0,
  sort: null,
  descending: false,

  /** Wires the controls, and shows the first page. */
  begin() {
    this.body = document.querySelector("#table tbody");
    this.search = document.getElementById("search");
    this.fixer = document.getElementById("fixer");
    for (const name of index.fixers.keys()) this.fixer.append(el("option", { value: name }, name));
    const form = document.getElementById("filters");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => this.renew());
    for (const button of document.querySelectorAll("#table [data-sort]")) {
      button.addEventListener("click", () => this.sortBy(button));
    }
    document.getElementById("back").addEventListener("click", () => this.turn(-1));
    document.getElementById("forth").addEventListener("click", () => this.turn(1));
    document.getElementById("browser").hidden = false;
    window.addEventListener("beforeprint", () => this.show(0, 1000));
    window.addEventListener("afterprint", () => this.show(this.page));
    this.renew();
  },

  /** Looks for what the controls ask for, and shows its first page. */
  renew() {
    const wanted = this.search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const status = document.querySelector("#filters input[name=status]:checked").value;
    const fixer = this.fixer.value;
    this.found = index.rows.filter(
      (row) =>
        (!status || row.status === status) &&
        (!fixer || row.fixers.includes(fixer)) &&
        wanted.every((word) => row.haystack.includes(word)),
    );
    this.order();
    this.show(0);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(), 150);
  },

  tell() {
    const [one, many] = index.noun;
    const all = index.rows.length;
    document.getElementById("found").textContent =
      this.found.length === all ? counted(all, one, many) : `${number(this.found.length)} of ${counted(all, one, many)}`;
  },

  order() {
    if (!this.sort) return;
    const by = {
      name: (a, b) => compared(a.name, b.name),
      status: (a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status),
      changed: (a, b) => a.changed - b.changed,
      fixed: (a, b) => a.outcomes.fixed - b.outcomes.fixed,
      refused: (a, b) => a.outcomes.refused - b.outcomes.refused,
    }[this.sort];
    const way = this.descending ? -1 : 1;
    this.found.sort((a, b) => way * by(a, b) || a.at - b.at);
  },

  /** Sorts by a column; numbers begin with the greatest, and a second time turns the order round. */
  sortBy(button) {
    const { sort } = button.dataset;
    const counts = ["changed", "fixed", "refused"].includes(sort);
    this.descending = this.sort === sort ? !this.descending : counts;
    this.sort = sort;
    for (const head of document.querySelectorAll("#table th[aria-sort]")) head.setAttribute("aria-sort", "none");
    button.closest("th").setAttribute("aria-sort", this.descending ? "descending" : "ascending");
    this.order();
    this.show(0);
  },

  turn(by) {
    this.show(this.page + by);
    document.getElementById("repositories").scrollIntoView();
    const [back, forth] = [document.getElementById("back"), document.getElementById("forth")];
    focusOn(by < 0 ? (back.disabled ? forth : back) : forth.disabled ? back : forth);
  },

  show(page, size = PAGE) {
    this.page = page;
    const pages = Math.max(1, Math.ceil(this.found.length / size));
    this.body.replaceChildren(...this.found.slice(page * size, (page + 1) * size).map(tableRow));
    if (!this.found.length) {
      this.body.append(el("tr", { role: "row" }, el("td", { role: "cell", colspan: 5, "aria-colspan": 5 }, "None is like that.")));
    }
    document.getElementById("pages").hidden = pages === 1;
    document.getElementById("page").textContent = `${number(page + 1)} of ${number(pages)}`;
    document.getElementById("back").disabled = page === 0;
    document.getElementById("forth").disabled = page + 1 >= pages;
  },

  /** Shows the page that a repository is on, and puts the focus there. */
  reveal(row) {
    const at = this.found.indexOf(row);
    if (at < 0) return;
    this.show(Math.floor(at / PAGE));
    const anchor = this.body.rows[at % PAGE].querySelector("a");
    anchor.scrollIntoView({ block: "center", behavior: "instant" });
    anchor.focus({ preventScroll: true });
  },
};

function compared(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tableRow(row) {
  const count = (label, value, of) =>
    el("td", { role: "cell", class: `count${value ? "" : " none"}`, "data-label": label }, number(value), of ? el("span", { class: "none" }, ` of ${number(of)}`) : null);
  return el(
    "tr",
    { role: "row" },
    el("th", { role: "rowheader", scope: "row" }, el("a", { href: address(row) }, row.name), row.source ? el("span", { class: "from" }, row.source) : null),
    el("td", { role: "cell" }, el("span", { class: `status ${row.status}` }, row.status), row.reason ? el("span", { class: "why" }, prose(row.reason)) : null),
    count("changed", row.changed, row.files),
    count("fixed", row.outcomes.fixed),
    count("refused", row.outcomes.refused),
  );
}
