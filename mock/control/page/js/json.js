// Reads JSON as it was written, numbers and repeated names included, into lines that know their JSON pointer.

const deepest = 200;
const token = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/y;
const spell = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');

// lines returns [{pointer, depth, parts: [[kind, text]], last}], or null if the text isn't JSON. last stands at
// the line that closes an object or array.
export function lines(source) {
  let at = 0;
  const list = [];
  const peek = () => { token.lastIndex = at; return token.exec(source)?.[1] ?? ''; };
  const next = () => { const found = peek(); if (!found) throw new Error('ends early'); at = token.lastIndex; return found; };
  const expect = (wanted) => { if (next() !== wanted) throw new Error('unexpected'); };

  function value(pointer, depth, head) {
    if (depth > deepest) throw new Error('too deep');
    const text = next();
    const close = { '{': '}', '[': ']' }[text];
    if (!close) {
      JSON.parse(text);
      const kind = text[0] === '"' ? 'text' : /^[-\d]/.test(text) ? 'number' : 'word';
      list.push({ pointer, depth, parts: [...head, [kind, text]] });
      return;
    }
    const opening = { pointer, depth, parts: [...head, ['', text]] };
    list.push(opening);
    let i = 0;
    while (peek() !== close) {
      if (i > 0) {
        expect(',');
        list.at(-1).parts.push(['', ',']);
      }
      if (text === '{') {
        const name = next();
        const read = JSON.parse(name);
        if (typeof read !== 'string') throw new Error('a name must be a string');
        expect(':');
        value(`${pointer}/${spell(read)}`, depth + 1, [['name', name], ['', ': ']]);
      } else {
        value(`${pointer}/${i}`, depth + 1, []);
      }
      i++;
    }
    next();
    if (i === 0) opening.parts.push(['', close]);
    else list.push({ pointer, depth, last: true, parts: [['', close]] });
  }

  try {
    value('', 0, []);
    return source.slice(at).trim() === '' ? list : null;
  } catch {
    return null;
  }
}
