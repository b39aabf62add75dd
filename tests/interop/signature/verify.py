"""A bundle under securesystemslib, and its parts for openssl.

verify.py verify BUNDLE PUBLIC_KEY   exit 0: verified, 3: not verified
verify.py split BUNDLE FOLDER        writes FOLDER/pae and FOLDER/sig
verify.py tamper BUNDLE OUT WHAT     writes a bundle whose payload or signature was changed
verify.py flip BUNDLE OUT            writes OUT-0, OUT-1, ...: forty places changed, one in each
verify.py statement BUNDLE SBOM      the statement speaks of this file and carries it
"""

import base64
import hashlib
import json
import pathlib
import sys

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def envelope_of(path):
    return json.loads(pathlib.Path(path).read_text())["dsseEnvelope"]


def verify(path, key_path):
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    data = envelope_of(path)
    assert data["payloadType"] == PAYLOAD_TYPE
    public = load_pem_public_key(pathlib.Path(key_path).read_bytes())
    key = SSlibKey.from_crypto(public, keyid=data["signatures"][0]["keyid"])
    try:
        Envelope.from_dict(data).verify([key], 1)
    except VerificationError as error:
        print(f"securesystemslib: {error}")
        sys.exit(3)


def split(path, folder):
    data = envelope_of(path)
    payload = base64.b64decode(data["payload"], validate=True)
    kind = data["payloadType"].encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    (pathlib.Path(folder) / "pae").write_bytes(pae)
    sig = base64.b64decode(data["signatures"][0]["sig"], validate=True)
    (pathlib.Path(folder) / "sig").write_bytes(sig)


def tamper(path, out, what):
    bundle = json.loads(pathlib.Path(path).read_text())
    envelope = bundle["dsseEnvelope"]
    holder, member = (envelope, "payload") if what == "payload" else (envelope["signatures"][0], "sig")
    content = bytearray(base64.b64decode(holder[member]))
    content[-4] ^= 1
    holder[member] = base64.b64encode(content).decode()
    pathlib.Path(out).write_text(json.dumps(bundle, separators=(",", ":")))


def flip(path, out):
    raw = pathlib.Path(path).read_bytes()
    for number, at in enumerate(range(0, len(raw), max(1, len(raw) // 40))):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        pathlib.Path(f"{out}-{number}").write_bytes(changed)


def statement(path, sbom):
    said = json.loads(base64.b64decode(envelope_of(path)["payload"], validate=True))
    document = pathlib.Path(sbom).read_bytes()
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://cyclonedx.org/bom"
    assert said["subject"][0]["digest"]["sha256"] == hashlib.sha256(document).hexdigest()
    assert said["predicate"] == json.loads(document)


if __name__ == "__main__":
    commands = {"verify": verify, "split": split, "tamper": tamper, "flip": flip, "statement": statement}
    commands[sys.argv[1]](*sys.argv[2:])
