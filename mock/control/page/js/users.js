// The users whose tokens are known, and requests in their name.

import * as api from './api.js';
import { h, option } from './dom.js';
import { isProxy } from './here.js';
import { agreed } from './confirm.js';

export const nobody = '';
const safe = ['GET', 'HEAD', 'OPTIONS'];

export const names = async () => (await api.about()).users;

// choice is a select of users, with one for nobody.
export function choice(list, wanted, props = {}) {
  const none = option(nobody, 'nobody, without a token');
  none.selected = wanted === nobody;
  return h('select', props, list.map((name) => {
    const one = option(name);
    one.selected = name === wanted;
    return one;
  }), none);
}

// send asks the mock, or the server behind the proxy, in the name of a user. The token doesn't come here. Before what
// may change that server it asks whether to; told no, it returns null. what is the method and the target.
export async function send(user, request, what = request) {
  const change = isProxy && !safe.includes(what.method);
  if (change) {
    const { upstream } = await api.facts();
    const go = await agreed(`Send ${what.method} to the server?`, `It goes to ${upstream} as ${user || 'nobody'}, and may change what is there: ${what.method} ${what.target}. ` +
      'That can\'t be undone here.', 'Send it');
    if (!go) return null;
  }
  const { status, body, error = '', number = 0 } = await api.send({ ...request, ...(user !== nobody && { user }), ...(change && { change }) });
  return { status, error, number, ok: status >= 200 && status < 300 && !error, text: body };
}
