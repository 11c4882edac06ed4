// Whatever the page shows is made here, and only ever as text: what clients sent is hostile.

const svg = 'http://www.w3.org/2000/svg';
// What can't be seen, or changes how text runs, is spelled as in JSON.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

export const clean = (text) => String(text).replace(unseen, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

// h makes an element. Properties that begin with "on" are listeners, false and undefined ones are left out.
export function h(name, props, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'value') element.value = value;
    else if (key === 'checked') element.checked = true;
    else element.setAttribute(key, value === true ? '' : clean(value));
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : clean(child));
  }
}

// fill puts the children in the place of what the element holds.
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

export function icon(name) {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', '#i-' + name);
  element.append(use);
  return element;
}

// badge is a severity, told by colour, icon and word.
export const badge = (tone, word = tone) => h('span', { class: `badge ${tone}` }, icon(tone), word);

export const option = (value, label = value) => h('option', { value }, label);

export const button = (label, onclick, props = {}) => h('button', { type: 'button', onclick, ...props }, label);

// field is a control under its label.
export const field = (label, control, props = {}) => h('label', props, h('span', {}, label), control);

export const count = (n, one, many = one + 's') => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const words = (name) => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

// copy puts a text on the clipboard, also of a page that came over plain HTTP.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', { class: 'sr', value: text });
    const focused = document.activeElement;
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    focused?.focus();
  }
}

// save lets the browser store a text as a file.
export function save(text, type, name) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// table has a head and rows of cells; on a narrow screen each cell names its column.
export function table(caption, heads, rows, props = {}) {
  return h('table', props, h('caption', { class: 'sr' }, caption),
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head || h('span', { class: 'sr' }, 'Actions'))))),
    h('tbody', {}, rows.map((cells) => h('tr', {}, cells.map((cell, i) => h('td', { 'data-head': heads[i] }, cell))))));
}
