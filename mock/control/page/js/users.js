// The users of the world, and requests in their name.

import * as api from './api.js';
import { h, option } from './dom.js';

export const nobody = '';

export async function names() {
  return Object.keys((await api.world()).users ?? {});
}

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

// send asks the mock in the name of a user. The token stays in the mock.
export async function send(user, request) {
  const { status, body, error = '' } = await api.send({ ...request, ...(user !== nobody && { user }) });
  return { status, error, ok: status >= 200 && status < 300 && !error, text: body };
}
