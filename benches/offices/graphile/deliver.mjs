// Delivers messages to a sink with Graphile Worker, set up as its documentation advises for many
// small jobs: a local queue, and completions written together.
//
//   node deliver.mjs '{"database": "postgres://…", "port": 1234, "messages": 1000, "lanes": null, "payload": {}}'

import http from "node:http";
import pg from "pg";
import { Logger, run, runMigrations } from "graphile-worker";

const task = JSON.parse(process.argv[2]);
const at_once = 24;
const schema = "bench_graphile";
const agent = new http.Agent({ keepAlive: true, maxSockets: at_once });
const logger = new Logger(() => (level, message) => {
  if (level === "error") console.error(message);
});

function deliver(payload) {
  const body = JSON.stringify(payload);
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  };
  const options = { agent, port: task.port, host: "127.0.0.1", method: "POST", path: "/", headers };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(answer.statusCode))));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const pool = new pg.Pool({ connectionString: task.database, max: 10 });
pool.on("error", (error) => console.error(error.message));
pool.on("connect", (client) => client.on("error", (error) => console.error(error.message)));
// A local queue fetches jobs of no queue alone: jobs in order are fetched one by one.
const batching = task.lanes
  ? {}
  : { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const preset = { worker: { schema, concurrentJobs: at_once, pollInterval: 100, ...batching } };

await runMigrations({ pgPool: pool, preset, logger });
await pool.query(`TRUNCATE ${schema}._private_jobs`);
await pool.query(
  `SELECT ${schema}.add_job('deliver', $1::json,
          queue_name => CASE WHEN $2::bigint IS NOT NULL THEN 'office:' || n % $2 END)
   FROM generate_series(1, $3::bigint) n`,
  [JSON.stringify(task.payload), task.lanes, task.messages],
);
await pool.query(`VACUUM ANALYZE ${schema}._private_jobs`);

let left = task.messages;
let finished;
const all = new Promise((resolve) => (finished = resolve));
const started = process.hrtime.bigint();
const runner = await run({
  pgPool: pool,
  preset,
  logger,
  noHandleSignals: true,
  taskList: {
    deliver: async (payload) => {
      await deliver(payload);
      left -= 1;
      if (left === 0) finished();
    },
  },
});
await all;
await runner.stop();
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
agent.destroy();
await pool.end();
console.log(JSON.stringify({ rate: task.messages / seconds, seconds }));
