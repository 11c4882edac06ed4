// Runs against the mock: sdecontract mock -- npm test

import assert from "node:assert/strict";
import { test } from "node:test";
import { Connections } from "./connections.js";

const url = process.env.SDECONTRACT_URL;
const skip = url ? false : "run this with: sdecontract mock -- npm test";

test("create, read, update and list", { skip }, async () => {
  const analysis = new Connections(url, process.env.SDECONTRACT_TOKEN_EDITOR, "analysis");
  const created = await analysis.create({ connector: 1, project: 1, params: {} });
  assert.equal(created.frequency, "manually");
  assert.deepEqual(await analysis.get(created.id), created);

  const changes = { alias: "Scan of the shop", connector: 1, project: 1, frequency: "weekly", params: {} };
  await analysis.update(created.id, changes);
  const listed = await analysis.list({ alias: "Scan of the shop", frequency: "weekly" });
  assert.deepEqual(listed.map((c) => c.id), [created.id]);
});

test("a reader may not create", { skip }, async () => {
  const alm = new Connections(url, process.env.SDECONTRACT_TOKEN_READER);
  await assert.rejects(alm.create({ alias: "Web shop", connector: 1, project: 1, params: {} }), { status: 403 });
});
