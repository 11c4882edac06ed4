// Asks before something is done that can't be undone.

import { h, button } from './dom.js';

// agreed shows the question and returns whether the answer is what the button says. Who leaves it has said no.
export function agreed(question, text, yes) {
  return new Promise((done) => {
    let answer = false;
    const dialog = h('dialog', { class: 'confirm', 'aria-labelledby': 'question', 'aria-describedby': 'consequence', onclose: () => { dialog.remove(); done(answer); } },
      h('h2', { id: 'question' }, question), h('p', { id: 'consequence' }, text),
      h('p', { class: 'actions' }, button('Cancel', () => dialog.close(), { autofocus: true, id: 'no' }),
        button(yes, () => { answer = true; dialog.close(); }, { class: 'main', id: 'yes' })));
    document.body.append(dialog);
    dialog.showModal();
  });
}
