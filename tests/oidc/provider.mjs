// A provider of OpenID Connect for the tests, as its makers wrote it, on a loopback port.
//
//   node provider.mjs MODULES
//
// MODULES is the folder in which scripts/setup has installed oidc-provider. The environment says the rest:
// REDIRECT, where people are sent back to; SECRET, what the console proves itself with, empty for a public
// client; NOW, the second at which the tests' time stands. When it listens, it writes its address as a line.
//
// Whoever comes is asked for a name and gets what it asks for: a name is a subject. After `-` in the field
// `how` stands what is wrong: the token is then written again with the provider's own key.

import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';

const [, , modules] = process.argv;
const { REDIRECT, SECRET, NOW } = process.env;

// The provider lives at the time of the tests.
const real = Date.now;
const shift = NOW ? Number(NOW) * 1000 - real() : 0;
Date.now = () => real() + shift;

const { Provider } = await import(`${modules}/oidc-provider/lib/index.js`);
const { CompactSign, decodeJwt, importJWK } = createRequire(`${modules}/`)('jose');

const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const key = { ...jwk, kid: 'of-the-tests', use: 'sig', alg: 'RS256' };

const server = createServer();
await new Promise((listens) => server.listen(0, '127.0.0.1', listens));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'cei-console',
    redirect_uris: [REDIRECT],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    ...(SECRET
      ? { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' }
      : { token_endpoint_auth_method: 'none' }),
  }],
  acrValues: ['urn:example:high'],
  claims: { openid: ['sub', 'acr', 'amr'] },
  cookies: { keys: ['not a secret: these are tests'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: [key] },
  // Whoever has a name is not asked what the console may know of it: nothing.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      accountId: ctx.oidc.session.accountId,
      clientId: ctx.oidc.client.clientId,
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { IdToken: 300, Session: 3600, Interaction: 600, Grant: 600, AuthorizationCode: 60 },
});

// How the next token is to be wrong.
let how = '';

const lies = {
  nonce: (claims) => { claims.nonce = 'another'; },
  audience: (claims) => { claims.aud = 'another-console'; },
  issuer: (claims) => { claims.iss = 'https://id.example'; },
  expired: (claims) => { claims.exp = claims.iat - 3600; },
};

async function lied(token) {
  if (how === 'unsigned') {
    const [, claims] = token.split('.');
    const head = Buffer.from('{"alg":"none"}').toString('base64url');
    return `${head}.${claims}.`;
  }
  if (!lies[how]) return token;
  const claims = decodeJwt(token);
  lies[how](claims);
  const signer = new CompactSign(Buffer.from(JSON.stringify(claims)));
  signer.setProtectedHeader({ alg: 'RS256', kid: key.kid });
  return signer.sign(await importJWK(key, 'RS256'));
}

provider.use(async (ctx, next) => {
  await next();
  if (ctx.oidc?.route === 'token' && ctx.body?.id_token) {
    ctx.body.id_token = await lied(ctx.body.id_token);
  }
});

const page = (uid) => `<!doctype html><html lang="en"><head><title>Provider</title></head><body>
<main><h1>Who are you?</h1><form method="post" action="/interaction/${uid}">
<p><label for="name">Name</label> <input id="name" name="name"></p>
<p><label for="amr">Means</label> <input id="amr" name="amr"></p>
<p><label for="how">Wrong</label> <input id="how" name="how"></p>
<p><button type="submit">Sign in</button></p></form></main></body></html>`;

async function fieldsOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return new URLSearchParams(Buffer.concat(pieces).toString());
}

async function interact(request, response) {
  if (request.method === 'GET') {
    const { uid } = await provider.interactionDetails(request, response);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page(uid));
    return;
  }
  const fields = await fieldsOf(request);
  how = fields.get('how') ?? '';
  const amr = (fields.get('amr') ?? '').split(' ').filter(Boolean);
  const result = how === 'denied'
    ? { error: 'access_denied', error_description: 'somebody changed their mind' }
    : { login: { accountId: fields.get('name'), amr: amr.length ? amr : undefined } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

// Browsers live at the machine's time: a cookie that ends at the tests' time may have ended for them.
function withoutEnds(response) {
  const set = response.setHeader.bind(response);
  response.setHeader = (name, value) => {
    const isCookie = name.toLowerCase() === 'set-cookie';
    const plain = (cookie) => cookie.replace(/; expires=[^;]*/i, '');
    return set(name, isCookie ? [value].flat().map(plain) : value);
  };
}

const rest = provider.callback();
server.on('request', (request, response) => {
  withoutEnds(response);
  if (!request.url.startsWith('/interaction/')) {
    rest(request, response);
    return;
  }
  interact(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(String(error));
  });
});

// Whoever started it reads this, and ends it by closing its input.
process.stdout.write(`${issuer}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
