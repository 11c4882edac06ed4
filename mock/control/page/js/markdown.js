// Shows the little Markdown that the project's own pages use: headings, paragraphs, lists, tables, code and emphasis.

import { h } from './dom.js';

const inline = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\([^)]+\))/;

export function spans(text) {
  return text.split(inline).map((part) => {
    if (/^`.+`$/.test(part)) return h('code', {}, part.slice(1, -1));
    if (/^\*\*.+\*\*$/.test(part)) return h('b', {}, part.slice(2, -2));
    if (/^\*.+\*$/.test(part)) return h('em', {}, part.slice(1, -1));
    const link = /^\[([^\]]+)\]\(/.exec(part);
    return link ? link[1] : part;
  });
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((c) => c.trim());

function block(text) {
  const lines = text.split('\n');
  const heading = /^(#+) (.*)/.exec(text);
  if (heading) return h(`h${Math.min(6, heading[1].length + 2)}`, {}, spans(heading[2]));
  if (lines[0].startsWith('|')) {
    const heads = cells(lines[0]);
    return h('table', { class: 'cards' }, h('thead', {}, h('tr', {}, heads.map((c) => h('th', { scope: 'col' }, spans(c))))),
      h('tbody', {}, lines.slice(2).map((line) => h('tr', {}, cells(line).map((c, i) => h('td', { 'data-head': heads[i] }, h('span', {}, spans(c))))))));
  }
  if (/^[*-] /.test(text)) {
    return h('ul', { class: 'plain' }, text.split(/\n(?=[*-] )/).map((item) => h('li', {}, spans(item.slice(2).replaceAll(/\n\s*/g, ' ')))));
  }
  return h('p', {}, spans(lines.join(' ')));
}

export const markdown = (text) => text.split(/\n{2,}/).map((b) => b.trim()).filter(Boolean).map(block);
