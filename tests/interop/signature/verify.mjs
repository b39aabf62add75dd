// A bundle under npm's verifier: verify.mjs BUNDLE PUBLIC_KEY. Exit 0: verified, 3: not verified.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const [, , bundlePath, keyPath] = process.argv;
const publicKey = createPublicKey(readFileSync(keyPath));
const noRoots = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [],
  certificateAuthorities: [],
  ctlogs: [],
  timestampAuthorities: [],
};
const trusted = toTrustMaterial(noRoots, () => ({ publicKey, validFor: () => true }));
const verifier = new Verifier(trusted, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 });
try {
  verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(readFileSync(bundlePath, 'utf8')))));
} catch (error) {
  if (!['SIGNATURE_ERROR', 'PUBLIC_KEY_ERROR'].includes(error.code)) throw error;
  console.error(`@sigstore/verify: ${error.code ?? error.name}: ${error.message}`);
  process.exit(3);
}
