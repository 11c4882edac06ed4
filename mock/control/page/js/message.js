// One side of an exchange: its first line, its headers and its body, with what is wrong marked in each.

import { h, count } from './dom.js';
import { body, remark } from './body.js';

const of = (findings, ...places) => findings.filter((f) => places.includes(f.in));
const same = (a, b) => a.toLowerCase() === (b ?? '').toLowerCase();

// target draws path and query; a parameter that is wrong is marked, and told below.
function target(e) {
  const [path, query] = e.target.split(/\?(.*)/s);
  const params = query === undefined ? [] : query.split('&');
  const name = (pair) => { try { return decodeURIComponent(pair.split('=')[0].replaceAll('+', ' ')); } catch { return pair; } };
  const tone = (wrong) => wrong[0]?.severity;
  const about = of(e.findings, 'path', 'method', 'url', 'request');
  const wrong = of(e.findings, 'query');
  return [
    h('div', { class: 'line first' }, h('b', {}, e.method), ' ', h('span', { class: tone(about) && 'mark ' + tone(about) }, path),
      params.map((pair, i) => [i ? '&' : '?', h('span', { class: 'mark ' + (tone(wrong.filter((f) => f.pointer === name(pair))) ?? '') }, pair)])),
    about.map((f) => remark(f)), wrong.map((f) => remark({ ...f, message: `${f.pointer ?? ''}: ${f.message}` })),
  ];
}

// headerLines draws the headers; one that should be there and isn't is a line too.
function headerLines(header, findings) {
  const list = Object.entries(header ?? {}).sort(([a], [b]) => a.localeCompare(b)).flatMap(([name, values]) => values.map((value) => [name, value]));
  const wrong = (name) => findings.filter((f) => same(name, f.pointer));
  const absent = findings.filter((f) => f.pointer && !list.some(([name]) => same(name, f.pointer)));
  return [
    list.map(([name, value]) => [h('div', { class: `line header ${wrong(name)[0]?.severity ?? ''}` }, h('span', { class: 'name' }, name + ': '), value), wrong(name).map((f) => remark(f))]),
    absent.map((f) => [h('div', { class: `line header ghost ${f.severity}` }, h('span', { class: 'name' }, f.pointer + ': '), h('span', { class: 'absent' }, 'missing')), remark(f)]),
    findings.filter((f) => !f.pointer).map((f) => remark(f)),
  ];
}

function part(title, content, { open, cut, hint }) {
  return h('details', { open, class: 'part' }, h('summary', {}, title, hint && h('span', { class: 'dim' }, ' ' + hint), cut && h('span', { class: 'dim' }, ', not kept whole')), content);
}

export function request(e) {
  const headers = of(e.findings, 'header');
  const n = Object.keys(e.request_header ?? {}).length;
  return h('section', { class: 'message request', 'aria-label': 'Request' }, h('h3', {}, 'Request'),
    h('div', { class: 'code' }, target(e)),
    part('Headers', h('div', { class: 'code' }, headerLines(e.request_header, headers)), { open: headers.length > 0, cut: e.cut?.includes('request header'), hint: count(n, 'header') }),
    part('Body', body(e.request_body, of(e.findings, 'body')), { open: true, cut: e.cut?.includes('request body') }));
}

// reply tells of the whole of it at its first line; what has a place there is at its header or in its body.
export function reply(e) {
  const n = Object.keys(e.reply_header ?? {}).length;
  const found = of(e.findings, 'reply');
  const whole = [...of(e.findings, 'mock', 'proxy', 'upstream'), ...found.filter((f) => !f.pointer)];
  const headers = found.filter((f) => f.pointer && !f.pointer.startsWith('/'));
  return h('section', { class: 'message reply', 'aria-label': 'Reply' }, h('h3', {}, 'Reply'),
    h('div', { class: 'code' }, h('div', { class: `line first ${whole[0]?.severity ?? ''}` }, e.status ? [h('b', {}, e.status), ' ', names[e.status] ?? ''] : 'no reply was sent'),
      whole.map((f) => remark(f))),
    part('Headers', h('div', { class: 'code' }, headerLines(e.reply_header, headers)), { open: headers.length > 0, cut: e.cut?.includes('reply header'), hint: count(n, 'header') }),
    part('Body', body(e.reply_body, found.filter((f) => f.pointer?.startsWith('/'))), { open: true, cut: e.cut?.includes('reply body') }));
}

const names = {
  200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden',
  404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 409: 'Conflict', 413: 'Content Too Large', 415: 'Unsupported Media Type',
  422: 'Unprocessable Content', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
};
