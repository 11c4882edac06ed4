// What the page knows of the exchanges: their summaries, oldest first.

import { isProxy } from './here.js';

export const most = 10000; // more than the mock keeps unless told otherwise

let list = [];
export let lost = 0;
const listeners = new Set();

export const all = () => list;
export const changed = (listener) => { listeners.add(listener); return () => listeners.delete(listener); };
const tell = (added) => { for (const listener of listeners) listener(added); };

// worst is the severity that an exchange is shown with; empty if there is nothing to say.
export function worst(findings = []) {
  return ['fault', 'outage', 'violation', 'breach', 'refusal', 'note'].find((s) => findings.some((f) => f.severity === s)) ?? '';
}

// kinds are what an exchange can be chosen for: what the client did wrong, and what the server behind a proxy did.
export const kinds = [
  { name: 'violations', tone: 'violation', severities: ['violation', 'fault'], key: 'v' },
  ...(isProxy ? [{ name: 'breaches', tone: 'breach', severities: ['breach'], key: 'b' }, { name: 'outages', tone: 'outage', severities: ['outage'], key: 'o' }] : []),
];
export const is = (e, kind) => e.findings.some((f) => kind.severities.includes(f.severity));

export function add(exchanges, missed) {
  const added = exchanges.map((e) => ({
    number: e.number, time: e.time, method: e.method, target: e.target, operation: e.operation ?? '', user: e.user ?? '',
    status: e.status, duration: e.duration_ns, fault: e.fault ?? '', findings: e.findings ?? [], worst: worst(e.findings),
  }));
  list.push(...added);
  lost += missed;
  if (list.length > most * 1.1) list = list.slice(-most);
  tell(added);
}

export function clear() {
  list = [];
  lost = 0;
  tell([]);
}

// coming calls found with the exchange behind that number that fits, once it is there.
export function coming(number, fits, found) {
  const look = (exchanges) => exchanges.find((e) => e.number > number && fits(e));
  const here = look(list);
  if (here) { found(here); return; }
  const unfollow = changed((added) => {
    const mine = look(added);
    if (mine) { unfollow(); found(mine); }
  });
  setTimeout(unfollow, 5000);
}

export const newest = () => list.at(-1)?.number ?? 0;

// text is what a search looks in.
export function text(e) {
  e.text ??= [`#${e.number}`, e.method, e.target, e.operation, e.user || 'nobody', e.status, e.fault,
    ...e.findings.flatMap((f) => [f.severity, f.pointer, f.message])].join(' ').toLowerCase();
  return e.text;
}

export const statusWord = (status) => (status === 0 ? 'no reply' : String(status));

export function took(nanoseconds) {
  const ms = nanoseconds / 1e6;
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export const clock = (time) => new Date(time).toLocaleTimeString('en-GB');
