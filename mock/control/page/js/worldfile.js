// The world as its file. Tokens and passwords are in it, so it is shown when somebody asks for it only.

import { h, fill, button, save } from './dom.js';
import * as api from './api.js';
import { attempt, toast } from './say.js';

export function worldFile() {
  const text = h('textarea', { class: 'file', rows: 24, spellcheck: 'false', 'aria-label': 'world.yaml' });
  const keep = h('input', { type: 'checkbox', checked: true });
  const refusal = h('div', { class: 'refusal', role: 'alert' });
  const open = h('div', {});
  const closed = h('div', {});
  const element = h('div', {},
    h('p', { class: 'dim' }, 'Everything that the mock knows, in the form that ', h('code', {}, 'sdecontract mock --world'), ' takes. Its tokens and passwords are in it.'), closed, open);

  const download = () => attempt(async () => save(await api.worldText(), 'application/yaml', 'world.yaml'));
  const hide = () => {
    text.value = '';
    fill(open);
    fill(closed, h('p', { class: 'actions' }, button('Download world.yaml', download, { class: 'main' }), button('Show and edit it', show, { id: 'show-file' })));
  };
  const show = () => attempt(async () => {
    text.value = await api.worldText();
    fill(closed);
    fill(refusal);
    fill(open, text, refusal, h('label', { class: 'check' }, keep, ' Keep what clients created and changed, where it still fits'),
      h('p', { class: 'actions' }, button('Put this in place of the world', put, { class: 'main', id: 'put-file' }), button('Hide it', hide)));
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  });
  const put = () => attempt(async () => {
    try {
      const { kept, dropped } = await api.putWorld(text.value, keep.checked);
      toast(`The world was replaced; ${kept} changed connections were kept, ${dropped.length} were not.`);
      hide();
    } catch (err) {
      if (!err.status) throw err;
      fill(refusal, err.message);
    }
  });
  hide();
  return { element, leave: hide };
}
