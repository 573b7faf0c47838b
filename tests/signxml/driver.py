"""Signs and verifies many documents with signxml, in one process.

Reads a list of jobs from standard input as JSON and writes, as JSON, an object with what was wrong
with each by its name, or null. Paths are files; certificates and keys are PEM.
"""

import datetime
import json
import sys

from lxml import etree
from signxml import (
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureConstructionMethod,
    SignatureMethod,
    XMLVerifier,
)
from signxml.algorithms import CanonicalizationMethod
from signxml.util import ds_tag, xades_tag
from signxml.xades import (
    XAdESDataObjectFormat,
    XAdESSignatureConfiguration,
    XAdESSigner,
    XAdESVerifier,
)

EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
DS = "http://www.w3.org/2000/09/xmldsig#"


class ProfileSigner(XAdESSigner):
    """signxml as it is differs from the profile in three points, which are changed here."""

    def __init__(self, signed_at, **settings):
        super().__init__(**settings)
        self.signed_at = signed_at

    def add_signing_time(self, signed_signature_properties, sig_root, signing_settings):
        """The profile writes UTC as Z; and a test has no wall clock."""
        time = etree.SubElement(signed_signature_properties, xades_tag("SigningTime"))
        time.text = self.signed_at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _add_reference_to_signed_info(self, sig_root, node_to_reference, **attributes):
        """The profile does not refer to KeyInfo: SigningCertificateV2 names the certificate. And
        it says how the properties are canonicalised, which signxml leaves open."""
        if node_to_reference.tag == ds_tag("KeyInfo"):
            return
        super()._add_reference_to_signed_info(sig_root, node_to_reference, **attributes)
        reference = self._find(sig_root, "SignedInfo")[-1]
        transforms = etree.Element(ds_tag("Transforms"))
        etree.SubElement(transforms, ds_tag("Transform"), Algorithm=EXCLUSIVE.value)
        reference.insert(0, transforms)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sign(job, at):
    signer = ProfileSigner(
        at,
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod(job["algorithm"]),
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=EXCLUSIVE,
        data_object_format=XAdESDataObjectFormat(
            Description="A document", MimeType="application/xml"
        ),
    )
    # Ours, or another.
    signer.namespaces = {
        (job["prefix"] if uri == DS else name): uri for name, uri in signer.namespaces.items()
    }
    root = etree.fromstring(read(job["file"]))
    signed = signer.sign(
        root,
        key=read(job["key"]),
        cert=read(job["chain"]),
        reference_uri=None,
        always_add_key_value=False,
    )
    with open(job["out"], "wb") as out:
        out.write(etree.tostring(signed))


def verify(job, at):
    expected = {
        "expect_references": 2,
        "location": "./",
        "signature_methods": frozenset([SignatureMethod(job["algorithm"])]),
        "digest_algorithms": frozenset([DigestAlgorithm.SHA256]),
        "verification_time": at,
    }
    document = read(job["file"])
    for verifier, config in [
        (XMLVerifier(), SignatureConfiguration(**expected)),
        (XAdESVerifier(), XAdESSignatureConfiguration(**expected)),
    ]:
        results = verifier.verify(document, ca_pem_file=job["anchor"], expect_config=config)
        root = etree.fromstring(document).tag
        if results[0].signed_xml.tag != root:
            raise ValueError(f"the first thing signed is {results[0].signed_xml.tag}, not {root}")


def outcome(job, at):
    try:
        {"sign": sign, "verify": verify}[job["task"]](job, at)
    except Exception as error:  # Whatever it is, the test shows it.
        return f"{type(error).__name__}: {error}"
    return None


def main():
    order = json.load(sys.stdin)
    at = datetime.datetime.fromisoformat(order["at"])
    json.dump({job["name"]: outcome(job, at) for job in order["jobs"]}, sys.stdout)


if __name__ == "__main__":
    main()
