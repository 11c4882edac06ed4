// The command that sends a request again. A token that isn't shown is a variable of the shell.

const spelled = /^(?:Token )?\$SDECONTRACT_TOKEN_\w+$/;
const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const transport = new Set(['accept-encoding', 'connection', 'content-length', 'host', 'user-agent', 'transfer-encoding']);

function header(name, value) {
  if (!spelled.test(value)) return quote(`${name}: ${value}`);
  const from = value.indexOf('$');
  return quote(`${name}: ${value.slice(0, from)}`) + `"${value.slice(from)}"`;
}

export function curl(e) {
  const words = ['curl', '-i'];
  if (e.method === 'HEAD') words.push('--head');
  else if (e.method !== 'GET' || e.request_body) words.push('-X', quote(e.method));
  for (const [name, values] of Object.entries(e.request_header ?? {})) {
    if (transport.has(name.toLowerCase()) || name.startsWith('Sec-')) continue;
    for (const value of values) words.push('-H', header(name, value));
  }
  if (e.request_body) words.push('--data-raw', quote(e.request_body));
  words.push(quote(`${e.tls ? 'https' : 'http'}://${e.host || location.host}${e.target}`));
  return words.join(' ');
}
