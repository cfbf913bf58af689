// Building the page: elements and text alone, so that nothing from a file can become markup.

const HIDDEN = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;
const HIDDEN_BUT_TABS = /(?![ \t])[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;

const CONTROLS = "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");

/** What shows in place of a character that would not show as itself. */
function symbol(character) {
  const code = character.codePointAt(0);
  if (code >= 0xd800 && code < 0xe000) return "\ufffd";
  const name = code === 0x7f ? "DEL" : CONTROLS[code];
  return `\u27e8${name ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}\u27e9`;
}

/** Nodes that show `value`, with a marked symbol for each hidden character. */
function text(value, hidden = HIDDEN) {
  const nodes = [];
  let rest = String(value);
  for (let at = rest.search(hidden); at >= 0; at = rest.search(hidden)) {
    const character = String.fromCodePoint(rest.codePointAt(at));
    if (at) nodes.push(document.createTextNode(rest.slice(0, at)));
    nodes.push(el("span", { class: "control" }, document.createTextNode(symbol(character))));
    rest = rest.slice(at + character.length);
  }
  if (rest) nodes.push(document.createTextNode(rest));
  return nodes;
}

/** Nodes of a message, in which what stands between backticks is code. */
function prose(value) {
  const pieces = String(value).split("`");
  if (pieces.length % 2 === 0) return text(value);
  return pieces.flatMap((piece, at) => {
    if (!piece) return [];
    return at % 2 ? [el("code", {}, piece)] : text(piece);
  });
}

/** An element; text among the children is shown as it is, and null is nothing. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(...(child instanceof Node ? [child] : text(child)));
  }
  return element;
}

/** A link to an address of the web or to a file beside this one; else the text alone. */
function link(label, address, attributes = {}) {
  if (!/^(https?:\/\/|\.\/)/.test(address || "")) return el("span", {}, label);
  return el("a", { href: address, rel: "noreferrer noopener", ...attributes }, label);
}

function number(value) {
  return value.toLocaleString("en-US");
}

function counted(value, one, many) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** The data of a `script` element; null where there is none. */
function data(id) {
  const element = document.getElementById(id);
  return element && JSON.parse(element.textContent);
}

/** Elements made of `items`, a page at a time, with a button for the next ones. */
function paged(items, size, make, noun, put) {
  let shown = 0;
  const more = el("button", { type: "button", class: "more", onclick: () => add(true) });
  function add(focus) {
    const made = items.slice(shown, shown + size).map((item, at) => make(item, shown + at));
    shown += made.length;
    put(made);
    const left = items.length - shown;
    more.hidden = left === 0;
    more.textContent = `Show ${number(Math.min(size, left))} more of ${counted(left, ...noun)}`;
    if (focus && made.length) focusOn(made[0].querySelector("button, a") || made[0]);
  }
  add(false);
  return { more, until: (at) => { while (shown <= at && shown < items.length) add(false); } };
}

function focusOn(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}
