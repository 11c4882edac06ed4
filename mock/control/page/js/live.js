// Follows the exchanges as they happen, through lost connections and restarts.

import { headers, about, exchanges, Refused } from './api.js';
import { report } from './say.js';

const seen = () => document.visibilityState === 'visible';
const patience = [500, 1000, 2000, 4000]; // milliseconds between attempts

// follow calls on.state(state, words), on.exchanges(list, lost) and on.restarted(about), until the page goes away.
export async function follow(on) {
  let last = 0;
  let started = '';
  for (let attempt = 0; ; attempt++) {
    try {
      on.state(attempt ? 'lost' : 'connecting', attempt ? 'reconnecting' : 'connecting');
      const state = await about();
      if (started && state.instance !== started) {
        last = 0;
        on.restarted(state);
      }
      started = state.instance;
      last = await catchUp(last, on);
      if (!seen()) { // a browser has few connections to a host: tabs that nobody sees leave them to others
        on.state('live', 'in the background');
        await new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }));
        attempt = -1;
        continue;
      }
      const leave = new AbortController();
      document.addEventListener('visibilitychange', () => leave.abort(), { once: true, signal: leave.signal });
      const stream = await fetch('events', { headers: headers({ Accept: 'text/event-stream', 'Last-Event-ID': String(last) }), cache: 'no-store', signal: leave.signal });
      if (!stream.ok) throw new Refused(stream.status, 'events were refused');
      on.state('live', 'live');
      attempt = 0;
      for await (const { id, data } of events(stream.body)) {
        const number = Number(id);
        if (data && number > last) {
          const e = JSON.parse(data);
          last = number;
          on.exchanges([e], e.lost ?? 0);
        }
      }
    } catch (err) {
      if (err instanceof Refused && err.status === 401) {
        on.state('lost', 'locked');
        await on.locked();
        attempt = -1;
        continue;
      }
      if (!seen()) continue;
      if (!(err instanceof TypeError)) report(err); // a stream that breaks off is one
    }
    on.state('lost', 'reconnecting');
    await new Promise((done) => setTimeout(done, patience[Math.min(attempt, patience.length - 1)]));
  }
}

// catchUp asks for what happened before, a page at a time.
async function catchUp(last, on) {
  for (;;) {
    const page = await exchanges(last, 500);
    if (!page.length) return last;
    on.exchanges(page, last ? page[0].number - last - 1 : 0);
    last = page.at(-1).number;
  }
}

// events reads a stream of server-sent events.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { id: '', data: '' };
      for (const line of block.split(/\r?\n/)) {
        const [, name, text] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (name === 'data') event.data += (event.data && '\n') + text;
        else if (name) event[name] = text;
      }
      yield event;
    }
  }
}
