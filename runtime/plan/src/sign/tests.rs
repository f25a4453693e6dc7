//! Key files and signatures.

use super::*;

/// Bytes that look random enough to tell apart, the same each time.
fn entropy() -> impl FnMut(&mut [u8]) -> std::io::Result<()> {
    let mut next = 0_u8;
    move |bytes| {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(17);
            *byte = next;
        }
        Ok(())
    }
}

#[test]
fn key_files_round_trip() {
    let key = SigningKey::generate(&mut entropy()).unwrap();
    let pem = key.to_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && pem.ends_with("-----END PRIVATE KEY-----\n"));
    assert!(!SigningKey::is_encrypted(&pem));
    // The passphrase does not matter for a file that has none.
    for passphrase in [None, Some(&b"x"[..])] {
        assert_eq!(SigningKey::from_pem(&pem, passphrase).unwrap().public(), key.public());
    }
    let encrypted = key.to_encrypted_pem(b"open sesame", &mut entropy()).unwrap();
    assert!(encrypted.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    assert!(SigningKey::is_encrypted(&encrypted));
    assert_eq!(SigningKey::from_pem(&encrypted, Some(b"open sesame")).unwrap().public(), key.public());
    let wrong = SigningKey::from_pem(&encrypted, Some(b"open sesam")).unwrap_err();
    assert!(matches!(wrong, KeyFileError::Passphrase), "{wrong}");
    let none = SigningKey::from_pem(&encrypted, None).unwrap_err();
    assert!(matches!(none, KeyFileError::NeedsPassphrase), "{none}");
}

/// The first key of RFC 8410, section 10.3, without and with its public half (made by OpenSSL's rules).
const RFC_8410: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";

#[test]
fn a_key_file_of_the_standard() {
    let key = SigningKey::from_pem(RFC_8410, None).unwrap();
    assert_eq!(key.public().to_string(), "ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
    assert_eq!(key.to_pem().unwrap().as_str(), RFC_8410);
}

#[test]
fn files_that_cannot_be_used() {
    let error = |pem: &str| SigningKey::from_pem(pem, None).unwrap_err();
    assert!(matches!(error(""), KeyFileError::NotPem));
    assert!(matches!(error("ssh-ed25519 AAAA"), KeyFileError::NotPem));
    assert!(matches!(error(&RFC_8410.replace("PRIVATE KEY", "CERTIFICATE")), KeyFileError::NotPem));
    // The algorithm's last number changed: X25519.
    assert!(matches!(error(&RFC_8410.replace("K2Vw", "K2Vu")), KeyFileError::Algorithm));
    // The inner octet string one byte short of what the outer one holds.
    assert!(matches!(error(&RFC_8410.replace("BCIEINTu", "BCIEH9Tu")), KeyFileError::Malformed));
    for end in 0..RFC_8410.len() - 1 {
        assert!(SigningKey::from_pem(&RFC_8410[..end], None).is_err());
    }
}

#[test]
fn an_expensive_file_is_not_opened() {
    let key = SigningKey::from_pem(RFC_8410, None).unwrap();
    let document = key.to_document().unwrap();
    let info = PrivateKeyInfoRef::from_der(document.as_bytes()).unwrap();
    let mut parameters = pbes2::Parameters::generate_scrypt_aes256cbc(
        scrypt::Params::new(1, 8, 1).unwrap(),
        &[1; 16],
        [2; 16],
    )
    .unwrap();
    let cheap = info.encrypt_with_params(parameters.clone(), b"x").unwrap();
    let cheap = cheap.to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, pkcs8::LineEnding::LF).unwrap();
    assert!(SigningKey::from_pem(&cheap, Some(b"x")).is_ok());
    if let pbes2::Kdf::Scrypt(scrypt) = &mut parameters.kdf {
        scrypt.cost_parameter = 1 << 40;
    }
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: parameters.into(),
        encrypted_data: pkcs8::der::asn1::OctetStringRef::new(&[0; 64]).unwrap(),
    };
    let pem = SecretDocument::try_from(info.to_der().unwrap())
        .unwrap()
        .to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, pkcs8::LineEnding::LF)
        .unwrap();
    let error = SigningKey::from_pem(&pem, Some(b"x")).unwrap_err();
    assert!(matches!(error, KeyFileError::Cost), "{error}");
}

#[test]
fn signatures_are_bound_to_the_type() {
    let key = SigningKey::from_bytes(&[3; 32]).unwrap();
    let signature = key.sign("application/a", b"body");
    assert!(key.public().verifies("application/a", b"body", &signature));
    assert!(!key.public().verifies("application/b", b"body", &signature));
    assert!(!key.public().verifies("application/a", b"bodY", &signature));
    assert_eq!(key.sign("application/a", b"body"), signature, "the same each time");
    let mut changed = signature;
    changed[63] ^= 0x80;
    assert!(!key.public().verifies("application/a", b"body", &changed));
}

#[test]
fn nothing_of_a_private_key_is_shown() {
    let key = SigningKey::from_bytes(&[3; 32]).unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public()));
}

#[test]
fn no_random_bytes_is_an_error() {
    let mut broken = |_: &mut [u8]| Err(std::io::Error::other("no device"));
    assert!(matches!(SigningKey::generate(&mut broken).unwrap_err(), KeyFileError::Entropy(_)));
}
