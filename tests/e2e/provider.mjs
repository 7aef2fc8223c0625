// Two providers of identities for the e2e tests, each the npm package
// oidc-provider with keys of its own.
//   node provider.mjs <oidc-provider> <audience> <redirect-uri> <port> <port>
// <oidc-provider> is the folder of the package. A line on standard input,
// "rotate 0", gives the first of them a new key of the next algorithm, which
// alone is listed and signs from then on. Every step is told on standard output.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, audience, redirectUri, ...ports] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${folder}/lib/index.js`));

const KINDS = {
  EdDSA: ["ed25519"],
  ES256: ["ec", { namedCurve: "P-256" }],
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
};
const ALGORITHMS = Object.keys(KINDS);

function makeProvider(issuer, algorithm) {
  const { privateKey } = generateKeyPairSync(...KINDS[algorithm]);
  const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: algorithm };
  const client = {
    id_token_signed_response_alg: algorithm,
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["authorization_code"],
    response_types: ["code"],
  };
  return new Provider(issuer, {
    jwks: { keys: [key] },
    cookies: { keys: ["e2e"] },
    clients: [
      { ...client, client_id: "reglab", client_secret: "reglab-secret/+", redirect_uris: [redirectUri] },
      { ...client, client_id: "app", client_secret: "app-secret", redirect_uris: ["http://127.0.0.1:9/callback"] },
      { ...client, client_id: "robot", client_secret: "robot-secret", redirect_uris: [], response_types: [], grant_types: ["client_credentials"] },
    ],
    pkce: { required: () => true },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "api",
          audience,
          accessTokenTTL: 600,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: algorithm } },
        }),
      },
    },
  });
}

const providers = ports.map((port, number) => {
  const issuer = `http://127.0.0.1:${port}`;
  const algorithm = ALGORITHMS[(2 * number) % ALGORITHMS.length];
  const made = { issuer, algorithm, callback: makeProvider(issuer, algorithm).callback() };
  createServer((request, response) => made.callback(request, response)).listen(
    Number(port), "127.0.0.1", () => console.log("listening", issuer));
  return made;
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const [, number] = line.split(" ");
  const provider = providers[Number(number)];
  provider.algorithm = ALGORITHMS[(ALGORITHMS.indexOf(provider.algorithm) + 1) % ALGORITHMS.length];
  provider.callback = makeProvider(provider.issuer, provider.algorithm).callback();
  console.log("rotated", provider.algorithm);
});
process.stdin.on("end", () => process.exit());
