// One file of a repository: its diff, and beside it why each change was made or refused.

const ROWS = 300;
const LINES = 60;
const ORDER = ["fixed", "fixable", "refused", "advice", "suppressed"];
const TITLES = {
  fixed: "What was fixed, and why",
  fixable: "What a bolder level would fix",
  refused: "What was refused, and why",
  advice: "For a person to decide",
  suppressed: "Switched off in the file",
};

function outcome(finding) {
  return finding.advice && finding.status === "refused" ? "advice" : finding.status;
}

/** A file under a button that opens it; what is in it is made when it is opened. */
function fileElement(file, at, open) {
  const body = el("div", { class: "body", id: `file-${at}`, hidden: true });
  const button = el(
    "button",
    { type: "button", "aria-expanded": "false", "aria-controls": body.id, onclick: () => toggle() },
    el("span", { class: "path" }, file.path),
    el("span", { class: `status ${file.status}` }, file.status),
    el("span", { class: "told" }, fileSummary(file)),
  );
  function toggle() {
    if (!body.hasChildNodes()) fillFile(body, file);
    body.hidden = !body.hidden;
    button.setAttribute("aria-expanded", String(!body.hidden));
  }
  if (open) toggle();
  return el("section", { class: "file", "aria-label": file.path }, el("h3", {}, button), body);
}

/** Findings in the order in which they are told; those that say the same are one, with all its lines. */
function gathered(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const { line, ...rest } = finding;
    const key = JSON.stringify(Object.entries(rest).sort());
    if (groups.has(key)) groups.get(key).lines.push(line);
    else groups.set(key, { ...rest, outcome: outcome(finding), lines: [line] });
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome) || a.lines[0] - b.lines[0]);
}

function fileSummary(file) {
  const counts = {};
  for (const finding of file.findings ?? []) counts[outcome(finding)] = (counts[outcome(finding)] ?? 0) + 1;
  const told = ["fixed", "refused", "advice"].filter((name) => counts[name]);
  const list = told.map((name) => `${number(counts[name])} ${name}`);
  if (file.status === "changed") {
    const plan = grouped(file.plan ?? []).length;
    list.push(plan ? counted(plan, "difference in the plan", "differences in the plan") : "the same image");
  }
  return list.join(" · ");
}

function fillFile(body, file) {
  const findings = gathered(file.findings ?? []);
  findings.forEach((finding, at) => { finding.pin = at + 1; finding.id = `${body.id}-note-${at + 1}`; });
  if (file.reason) body.append(el("p", { class: `reason ${file.status}` }, prose(file.reason)));
  const diff = file.diff ? diffElement(file, findings) : null;
  if (diff) body.append(diff.element);
  else body.classList.add("alone");
  const notes = notesElement(file, findings, diff);
  if (notes.hasChildNodes()) body.append(notes);
  if (!body.hasChildNodes()) body.append(el("p", { class: "more" }, "Nothing was found in it."));
}

function diffElement(file, findings) {
  const rows = diffRows(file.diff);
  const returns = endsInReturns(rows);
  if (returns) for (const row of rows) for (const side of [row.old, row.new]) if (side) side.text = side.text.slice(0, -1);
  const pins = new Map();
  for (const finding of findings) {
    for (const line of new Set(finding.lines)) pins.set(line, [...(pins.get(line) ?? []), finding]);
  }
  const places = new Map();
  const positions = new Map();
  rows.forEach((row, at) => { if (row.old) positions.set(row.old.number, at); });
  const tbody = el("tbody", { role: "rowgroup" });
  const pages = paged(rows, ROWS, (row) => {
    const element = row.hunk ? hunkElement(row.hunk) : rowElement(row, row.old ? pins.get(row.old.number) ?? [] : []);
    if (row.old) places.set(row.old.number, element);
    return element;
  }, ["line", "lines"], (made) => tbody.append(...made));
  const head = (label) => el("th", { role: "columnheader", scope: "colgroup", colspan: 2, "aria-colspan": 2 }, label);
  const table = el(
    "table",
    { role: "table" },
    el("caption", { class: "unseen" }, `Changes of ${file.path}`),
    el("colgroup", {}, el("col", { class: "number" }), el("col")),
    el("colgroup", {}, el("col", { class: "number" }), el("col")),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, head("Before"), head(returns ? "After (lines end in CRLF)" : "After"))),
    tbody,
  );
  return {
    element: el("div", { class: "diff" }, table, pages.more),
    has: (line) => positions.has(line),
    show: (line) => {
      pages.until(positions.get(line));
      const row = places.get(line);
      row.scrollIntoView({ block: "center" });
      focusOn(row);
      row.classList.add("lit");
      setTimeout(() => row.classList.remove("lit"), 2500);
    },
  };
}

function hunkElement(hunk) {
  const range = (start, count) => (count > 1 ? `${start}\u2013${start + count - 1}` : count ? String(start) : "none");
  const [before, after] = [range(hunk.old, hunk.oldCount), range(hunk.new, hunk.newCount)];
  const told = before === after ? `Lines ${before}` : `Lines ${before}, now ${after}`;
  return el("tr", { role: "row", class: "hunk" }, el("td", { role: "cell", colspan: 4, "aria-colspan": 4 }, told));
}

function rowElement(row, findings) {
  const [olds, news] = row.alike ? parts(row.old.text, row.new.text) : [null, null];
  const marks = findings.map((finding) =>
    el("a", { class: `pin ${finding.outcome}`, href: `#${finding.id}`, "aria-label": `${finding.fixer}: ${finding.outcome}, note ${finding.pin}`, onclick: (event) => follow(event, finding.id) }, String(finding.pin)),
  );
  return el(
    "tr",
    { role: "row", class: row.same ? "same-line" : "changed-line" },
    sideCells(row.old, "old", row.same ? "" : "removed", olds, row.same ? [] : marks),
    sideCells(row.new, "new", row.same ? "" : "added", news, row.same ? marks : []),
  );
}

function follow(event, id) {
  event.preventDefault();
  const note = document.getElementById(id);
  note.scrollIntoView({ block: "center" });
  focusOn(note);
}

function sideCells(side, name, change, marked, marks) {
  if (!side) {
    return [el("td", { role: "cell", class: `${name} number gap` }), el("td", { role: "cell", class: `${name} text gap` })];
  }
  const pieces = (marked ?? [[side.text, false]]).map(([piece, differs]) =>
    differs ? el("mark", {}, text(piece, HIDDEN_BUT_TABS)) : text(piece, HIDDEN_BUT_TABS),
  );
  const tag = { removed: "del", added: "ins" }[change];
  return [
    el("td", { role: "cell", class: `${name} number ${change}` }, String(side.number)),
    el(
      "td",
      { role: "cell", class: `${name} text ${change}` },
      marks,
      tag ? el(tag, {}, pieces) : pieces,
      side.unended && !(change === "" && name === "old") ? el("span", { class: "unended" }, " (no line end)") : null,
    ),
  ];
}

function notesElement(file, findings, diff) {
  const notes = el("div", { class: "notes" });
  for (const name of ORDER) {
    const some = findings.filter((finding) => finding.outcome === name);
    if (!some.length) continue;
    const list = el("ul");
    const pages = paged(some, 60, (finding) => noteElement(finding, diff), ["note", "notes"], (made) => list.append(...made));
    const count = some.reduce((sum, finding) => sum + finding.lines.length, 0);
    notes.append(el("section", {}, el("h4", {}, el("span", { class: `key ${name}`, "aria-hidden": "true" }), `${TITLES[name]} (${number(count)})`), list, pages.more));
  }
  if (file.status === "changed") {
    const plan = file.plan ?? [];
    notes.append(
      el("section", {}, el("h4", {}, "What the build does differently"), plan.length ? planElement(plan) : el("p", { class: "same" }, "Nothing: the image is the same.")),
    );
  }
  return notes;
}

function noteElement(finding, diff) {
  const fixer = index.fixers.get(finding.fixer);
  return el(
    "li",
    { id: finding.id },
    el("span", { class: `pin ${finding.outcome}`, "aria-hidden": "true" }, String(finding.pin)),
    el("span", { class: "name" }, fixer?.reference ? link(finding.fixer, fixer.reference) : finding.fixer),
    " ",
    el("span", { class: `level ${finding.level}` }, finding.level),
    " ",
    el("span", { class: "because" }, linesElements(finding.lines, diff)),
    el("p", {}, prose(finding.message)),
    finding.reason ? el("p", { class: "because" }, prose(finding.reason)) : null,
    finding.outcome === "fixed" && !finding.reason && fixer?.why ? el("p", { class: "because" }, prose(fixer.why)) : null,
    finding.plan ? planElement(finding.plan) : null,
  );
}

/** The lines of a finding; those that the diff shows are buttons that lead there. */
function linesElements(lines, diff) {
  const some = [...new Set(lines)].slice(0, LINES);
  const made = some.map((line, at) => {
    const label = at ? String(line) : `line ${line}`;
    const name = `line ${line}`;
    const shown = diff && diff.has(line);
    return [at ? ", " : "", shown ? el("button", { type: "button", class: "line", "aria-label": name, onclick: () => diff.show(line) }, label) : label];
  });
  const left = new Set(lines).size - some.length;
  return left ? [made, ` and ${number(left)} more`] : made;
}

/** Differences of the build plan; one that several effects share is told once. */
function grouped(plan) {
  const groups = new Map();
  for (const change of joinedChanges(plan)) {
    const key = JSON.stringify([change.path.replace(/\[\d+\]/, "[]"), change.old, change.new]);
    if (groups.has(key)) groups.get(key).times++;
    else groups.set(key, { ...change, times: 1 });
  }
  return [...groups.values()];
}

/** Differences in which what is gone and what came in its place, told one by one, are together. */
function joinedChanges(plan) {
  const places = new Map();
  for (const change of plan) {
    const place = places.get(change.path) ?? { gone: [], come: [] };
    places.set(change.path, place);
    if (change.new === undefined) place.gone.push(change);
    else if (change.old === undefined) place.come.push(change);
  }
  return plan.flatMap((change) => {
    const { gone, come } = places.get(change.path);
    if (gone.length !== come.length) return [change];
    if (change.new === undefined) return [{ ...change, new: come[gone.indexOf(change)].new }];
    return change.old === undefined ? [] : [change];
  });
}

function planElement(plan) {
  const list = el("dl", { class: "plan" });
  const pages = paged(grouped(plan), 40, changeElement, ["difference", "differences"], (made) => list.append(...made));
  return el("div", {}, list, pages.more);
}

function changeElement(change) {
  if (change.old === index.boundary && change.new === undefined) {
    const told = `RUN instructions became one: ${counted(change.times, "layer", "layers")} less`;
    return el("div", {}, el("dt", {}, change.path), el("dd", { class: "told" }, told));
  }
  const side = (name, tag, value) =>
    value === undefined ? null : el("dd", {}, el("span", { class: "unseen" }, `${name}: `), el(tag, {}, text(value, HIDDEN_BUT_TABS)));
  const more = change.times > 1 ? ` (and ${number(change.times - 1)} more)` : "";
  return el("div", {}, el("dt", {}, change.path + more), side("before", "del", change.old), side("after", "ins", change.new));
}
