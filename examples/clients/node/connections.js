// A client of the connections, with nothing but Node's fetch.

export class Connections {
  #base;
  #token;

  // kind is "alm" or "analysis"; url is what comes before /api/v2/.
  constructor(url, token, kind = "alm") {
    this.#base = `${url}/api/v2/connections/${kind}/`;
    this.#token = token;
  }

  async list(filters = {}) {
    const query = new URLSearchParams(filters).toString();
    return (await this.#call("GET", query && `?${query}`)).results;
  }

  get(id) {
    return this.#call("GET", `${id}/`);
  }

  create(fields) {
    return this.#call("POST", "", fields);
  }

  update(id, fields) {
    return this.#call("PUT", `${id}/`, fields);
  }

  async #call(method, path, body) {
    const headers = { Accept: "application/json", Authorization: `Token ${this.#token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await fetch(this.#base + path, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) {
      throw Object.assign(new Error(`${method} ${path}: ${response.status}: ${await response.text()}`), { status: response.status });
    }
    return response.json();
  }
}
