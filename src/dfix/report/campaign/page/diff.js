// A unified diff as rows of two columns, with lines that belong together beside each other.

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const UNENDED = "\\ No newline at end of file";
const TOKENS = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;
// What is compared at most; beyond it lines are paired in order, and marked whole.
const MOST_PAIRS = 2500;
const MOST_STEPS = 40000;
const ALIKE = 0.5;

/** The rows of a diff: `{hunk}`, or `{old, new}` of `{number, text, unended}` or null. */
function diffRows(diff) {
  const lines = diff.split("\n");
  const rows = [];
  let at = 0;
  while (at < lines.length) {
    const hunk = HUNK.exec(lines[at++]);
    if (!hunk) continue;
    let [oldLine, newLine] = [Number(hunk[1]), Number(hunk[3])];
    let [oldLeft, newLeft] = [Number(hunk[2] ?? 1), Number(hunk[4] ?? 1)];
    rows.push({ hunk: { old: oldLine, oldCount: oldLeft, new: newLine, newCount: newLeft } });
    let removed = [];
    let added = [];
    let last = [];
    const flush = () => {
      rows.push(...besides(removed, added));
      [removed, added] = [[], []];
    };
    while (at < lines.length && (oldLeft > 0 || newLeft > 0 || lines[at] === UNENDED)) {
      const line = lines[at++];
      if (line === UNENDED) {
        for (const side of last) side.unended = true;
        continue;
      }
      const body = line.slice(1);
      if (line[0] === "-") {
        removed.push({ number: oldLine++, text: body });
        oldLeft--;
        last = [removed.at(-1)];
      } else if (line[0] === "+") {
        added.push({ number: newLine++, text: body });
        newLeft--;
        last = [added.at(-1)];
      } else {
        flush();
        const row = { old: { number: oldLine++, text: body }, new: { number: newLine++, text: body }, same: true };
        rows.push(row);
        oldLeft--;
        newLeft--;
        last = [row.old, row.new];
      }
    }
    flush();
  }
  return rows;
}

/** Whether every line of some rows ends in a carriage return. */
function endsInReturns(rows) {
  const sides = rows.flatMap((row) => [row.old, row.new]).filter(Boolean);
  return sides.length > 0 && sides.every((side) => side.text.endsWith("\r"));
}

/** Rows for removed and added lines: those that are alike stand beside each other. */
function besides(removed, added) {
  const rows = [];
  const put = (olds, news) => {
    for (let at = 0; at < Math.max(olds.length, news.length); at++) {
      rows.push({ old: olds[at] ?? null, new: news[at] ?? null });
    }
  };
  let [i, j] = [0, 0];
  for (const [a, b] of pairs(removed, added)) {
    put(removed.slice(i, a), added.slice(j, b));
    rows.push({ old: removed[a], new: added[b], alike: true });
    [i, j] = [a + 1, b + 1];
  }
  put(removed.slice(i), added.slice(j));
  return rows;
}

/** Indexes of lines that are alike, in order on both sides, as much alike as can be altogether. */
function pairs(removed, added) {
  const [n, m] = [removed.length, added.length];
  if (!n || !m || n * m > MOST_PAIRS) return [];
  const [olds, news] = [removed.map(words), added.map(words)];
  const alike = olds.map((a) => news.map((b) => likeness(a, b)));
  const best = Array.from({ length: n + 1 }, () => new Float64Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const taken = alike[i][j] >= ALIKE ? alike[i][j] + best[i + 1][j + 1] : 0;
      best[i][j] = Math.max(taken, best[i + 1][j], best[i][j + 1]);
    }
  }
  const found = [];
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (alike[i][j] >= ALIKE && best[i][j] === alike[i][j] + best[i + 1][j + 1]) found.push([i++, j++]);
    else if (best[i][j] === best[i + 1][j]) i++;
    else j++;
  }
  return found;
}

/** The words of a line with how often each stands there. */
function words(line) {
  const counts = new Map();
  for (const token of line.text.slice(0, 2000).match(TOKENS) ?? []) {
    if (token.trim()) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}

/** How much of two lines' words is shared, by length, from 0 to 1. */
function likeness(a, b) {
  const size = (counts) => [...counts].reduce((sum, [token, count]) => sum + token.length * count, 0);
  let shared = 0;
  for (const [token, count] of a) shared += token.length * Math.min(count, b.get(token) ?? 0);
  const whole = size(a) + size(b);
  return whole ? (2 * shared) / whole : 0;
}

/** Two lines as parts `[text, whether it differs]`, each. */
function parts(oldText, newText) {
  const [a, b] = [oldText.match(TOKENS) ?? [], newText.match(TOKENS) ?? []];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const same = x.length * y.length > MOST_STEPS ? [] : common(x, y);
  const mark = (tokens, middle, kept) => [
    [tokens.slice(0, start).join(""), false],
    ...middle.map((token, at) => [token, !kept.has(at)]),
    [tokens.slice(tokens.length - end).join(""), false],
  ];
  return [
    joined(mark(a, x, new Set(same.map(([at]) => at)))),
    joined(mark(b, y, new Set(same.map(([, at]) => at)))),
  ];
}

/** Indexes of a longest common part of two lists. */
function common(x, y) {
  const best = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) {
      best[i][j] = x[i] === y[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    }
  }
  const found = [];
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    if (x[i] === y[j]) found.push([i++, j++]);
    else if (best[i + 1][j] >= best[i][j + 1]) i++;
    else j++;
  }
  return found;
}

/** Parts with neighbours of a kind made one; a blank between two that differ differs too. */
function joined(list) {
  const made = [];
  list = list.filter(([piece]) => piece);
  list.forEach(([piece, differs], at) => {
    const between = !differs && !piece.trim() && list[at - 1]?.[1] && list[at + 1]?.[1];
    const kind = differs || Boolean(between);
    if (made.length && made.at(-1)[1] === kind) made.at(-1)[0] += piece;
    else made.push([piece, kind]);
  });
  return made;
}
