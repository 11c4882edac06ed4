// The contract, as openapi.yaml has it, with its references followed.

import { contract } from './api.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

// follow gives what a reference points to.
export function follow(doc, value) {
  const found = new Set();
  while (value?.$ref && !found.has(value.$ref)) {
    found.add(value.$ref);
    value = value.$ref.slice(2).split('/').reduce((at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], doc);
  }
  return value ?? {};
}

// schemaName is the name of a schema that is referred to.
export const schemaName = (value) => value?.$ref?.split('/').at(-1) ?? '';

// operations lists them all in the order of the contract.
export async function operations() {
  const doc = await contract();
  return Object.entries(doc.paths).flatMap(([path, item]) => methods.filter((m) => item[m]).map((method) => {
    const op = item[method];
    return {
      ...op, id: op.operationId, method: method.toUpperCase(), path, doc,
      parameters: [...(item.parameters ?? []), ...(op.parameters ?? [])].map((p) => follow(doc, p)),
      statuses: Object.keys(op.responses).map(Number),
      verb: op['x-collection']?.verb, collection: [op['x-collection']?.name, op['x-collection']?.kind].filter(Boolean).join(' '),
    };
  }));
}

// example is the sample of a request or of a reply; undefined if there is none.
export const example = (doc, content) => {
  const media = follow(doc, content)?.content?.['application/json'];
  return media?.example ?? Object.values(media?.examples ?? {})[0]?.value;
};

// evidence tells the headings and lines of the documentation.
export const evidence = (source) => [source ?? []].flat().map((s) => `${s.page ? s.page + ': ' : ''}“${s.heading}”, ${/[-,]/.test(String(s.lines)) ? 'lines' : 'line'} ${s.lines}`).join('; ');
