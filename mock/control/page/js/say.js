// What the page tells: to screen readers now and then, and to everybody in a corner.

import { h, button } from './dom.js';
import { Refused, Unreachable } from './api.js';

const pause = 5000; // milliseconds between two sentences of what happens by itself
let waiting = null;
let sentence = '';

// say tells screen readers the last sentence of the time since the one before.
export function say(text) {
  sentence = text;
  waiting ??= setTimeout(() => {
    document.getElementById('said').textContent = sentence;
    waiting = null;
  }, pause);
}

// toast shows a sentence for a while; an error stays until somebody has read it.
export function toast(text, { tone = 'ok' } = {}) {
  const corner = document.getElementById('toasts');
  const one = h('div', { class: 'toast ' + tone }, h('p', {}, text), button('Dismiss', () => one.remove(), { class: 'quiet' }));
  corner.append(one);
  if (tone === 'ok') setTimeout(() => one.remove(), 6000);
  while (corner.childElementCount > 3) corner.firstElementChild.remove();
}

// report tells of an error that nobody but the developer of this page can do something about.
export function report(err) {
  if (!(err instanceof Refused) && !(err instanceof Unreachable)) console.error(err);
}

// attempt runs what somebody asked for, and tells if it went wrong.
export async function attempt(what) {
  try {
    return await what();
  } catch (err) {
    toast(err.message, { tone: 'violation' });
    report(err);
    return undefined;
  }
}
