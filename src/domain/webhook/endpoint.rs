//! The address of a webhook, read strictly: one spelling, one meaning, and no way to name a machine of our
//! own network that the network's own libraries would understand and we would not.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::domain::webhook::is_public;

/// Longer addresses are refused.
const URL_BYTES_MAX: usize = 1024;

/// The port of HTTPS.
const HTTPS: u16 = 443;

/// Ports below it belong to services that speak something else.
const FIRST_FREE_PORT: u16 = 1024;

/// Names that never lead to the public network (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
const LOCAL_NAMES: &[&str] = &["localhost", "local", "internal", "home.arpa", "onion"];

/// Where webhooks may lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// On the public network, by HTTPS.
    Public,
    /// Anywhere, also by HTTP: for development and tests.
    Anywhere,
}

impl Reach {
    /// Whether something may be sent to this address.
    pub fn allows(self, address: IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}

/// The machine of a webhook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Host {
    /// A name, in small letters, to be looked up.
    Name(String),
    /// An address.
    Address(IpAddr),
}

/// The address of a webhook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    text: String,
    is_tls: bool,
    host: Host,
    port: u16,
    authority: String,
    path: String,
}

/// Why a text is no address for a webhook.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UrlFault {
    /// Too long, or with a character that no address has.
    #[error("it is too long or has a character that no address has")]
    Text,
    /// Not HTTPS.
    #[error("it does not begin with https://")]
    Scheme,
    /// It names a user, or has a fragment.
    #[error("it names a user or has a fragment")]
    Extras,
    /// The host is no name with a point in it and no address.
    #[error("its host is neither a full name nor an address as it is usually written")]
    Host,
    /// The host does not lie on the public network.
    #[error("its host does not lie on the public network")]
    NotPublic,
    /// The port is neither 443 nor 1024 or more.
    #[error("its port is neither 443 nor 1024 or more")]
    Port,
}

impl Endpoint {
    /// Reads the address of a webhook.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, UrlFault> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        if text.len() > URL_BYTES_MAX || !text.bytes().all(is_plain) {
            return Err(UrlFault::Text);
        }
        let (is_tls, rest) = match (text.split_once("://"), reach) {
            (Some(("https", rest)), _) => (true, rest),
            (Some(("http", rest)), Reach::Anywhere) => (false, rest),
            _ => return Err(UrlFault::Scheme),
        };
        let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        if authority.contains('@') || path.contains('#') {
            return Err(UrlFault::Extras);
        }
        let (host, port) = split_port(authority)?;
        let host = read_host(host, reach)?;
        Ok(Self {
            text: text.to_owned(),
            is_tls,
            port: read_port(port, is_tls, reach)?,
            host,
            authority: authority.to_owned(),
            path: if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            },
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is spoken to by TLS.
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Its machine.
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as the header `Host` names them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Path and query.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Host and port of an authority; the brackets of an IPv6 address stay with the host.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), UrlFault> {
    if authority.starts_with('[') {
        let end = authority.find(']').ok_or(UrlFault::Host)? + 1;
        let (host, rest) = authority.split_at(end);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(UrlFault::Host),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

fn read_port(port: Option<&str>, is_tls: bool, reach: Reach) -> Result<u16, UrlFault> {
    let Some(port) = port else {
        return Ok(if is_tls { HTTPS } else { 80 });
    };
    // A sign or a zero in front would give one port several spellings.
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    let port: u16 = Some(port)
        .filter(|_| is_number)
        .and_then(|port| port.parse().ok())
        .ok_or(UrlFault::Port)?;
    let is_free = port == HTTPS || port >= FIRST_FREE_PORT || reach == Reach::Anywhere;
    is_free.then_some(port).ok_or(UrlFault::Port)
}

fn read_host(text: &str, reach: Reach) -> Result<Host, UrlFault> {
    let address = match text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
    {
        Some(inside) => Some(IpAddr::V6(
            inside.parse::<Ipv6Addr>().or(Err(UrlFault::Host))?,
        )),
        // Four decimal numbers, and nothing else that libraries take for an address.
        None => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    };
    if let Some(address) = address {
        return reach
            .allows(address)
            .then_some(Host::Address(address))
            .ok_or(UrlFault::NotPublic);
    }
    let name = text.to_ascii_lowercase();
    if !is_name(&name) {
        return Err(UrlFault::Host);
    }
    if reach == Reach::Public {
        if is_local(&name) {
            return Err(UrlFault::NotPublic);
        }
        if !name.contains('.') {
            return Err(UrlFault::Host);
        }
    }
    Ok(Host::Name(name))
}

/// Whether a name is one that is looked up. Its last part must not look like a number: the network's
/// libraries read `127.1`, `0x7f000001` and `017700000001` as addresses.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let begins_like_number = last
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    name.len() <= 253 && name.split('.').all(is_label) && !begins_like_number
}

fn is_local(name: &str) -> bool {
    LOCAL_NAMES.iter().any(|local| {
        name.strip_suffix(local)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<UrlFault> {
        Endpoint::parse(text, Reach::Public).err()
    }

    #[test]
    fn an_ordinary_address_is_taken_apart() {
        let endpoint =
            Endpoint::parse("https://Hooks.Example.ro:8443/a/b?c=d", Reach::Public).unwrap();
        assert_eq!(*endpoint.host(), Host::Name("hooks.example.ro".to_owned()));
        assert_eq!(endpoint.port(), 8443);
        assert_eq!(endpoint.authority(), "Hooks.Example.ro:8443");
        assert_eq!(endpoint.path(), "/a/b?c=d");
        assert!(endpoint.is_tls());

        let bare = Endpoint::parse("https://example.ro", Reach::Public).unwrap();
        assert_eq!((bare.port(), bare.path()), (443, "/"));
        let query = Endpoint::parse("https://example.ro?a=b", Reach::Public).unwrap();
        assert_eq!(query.path(), "/?a=b");
        let address = Endpoint::parse("https://[2a02:2f00::1]:8443/", Reach::Public).unwrap();
        assert_eq!(
            *address.host(),
            Host::Address("2a02:2f00::1".parse().unwrap())
        );
        assert_eq!(fault("https://93.184.216.34/x"), None);
    }

    #[test]
    fn every_other_spelling_is_refused() {
        use UrlFault::*;
        for (text, expected) in [
            ("", Scheme),
            ("example.ro", Scheme),
            ("//example.ro", Scheme),
            ("http://example.ro/", Scheme),
            ("ftp://example.ro/", Scheme),
            ("HTTPS://example.ro/", Scheme),
            ("https://exam ple.ro/", Text),
            ("https://example.ro/\u{e9}", Text),
            ("https://example.ro/\r\nHost: a", Text),
            ("https://example.ro\\@10.0.0.1/", Text),
            ("https://user@example.ro/", Extras),
            ("https://user:word@example.ro/", Extras),
            ("https://example.ro:443@10.0.0.1/", Extras),
            ("https://example.ro/#a", Extras),
            ("https://example.ro#a", Extras),
            ("https://", Host),
            ("https:///path", Host),
            ("https://example/", Host),
            ("https://example.ro./", Host),
            ("https://exa..mple.ro/", Host),
            ("https://-example.ro/", Host),
            ("https://[::1/", Host),
            ("https://[::1]x/", Host),
            ("https://[fe80::1%25eth0]/", Host),
            // Every way of writing 127.0.0.1 that libraries understand.
            ("https://2130706433/", Host),
            ("https://0x7f000001/", Host),
            ("https://0x7f.0.0.1/", Host),
            ("https://017700000001/", Host),
            ("https://0177.0.0.1/", Host),
            ("https://127.1/", Host),
            ("https://127.0.1/", Host),
            ("https://127.0.0.1./", Host),
            ("https://example.0x7f/", Host),
            ("https://127.0.0.1/", NotPublic),
            ("https://169.254.169.254/latest/meta-data/", NotPublic),
            ("https://10.1.2.3/", NotPublic),
            ("https://[::1]/", NotPublic),
            ("https://[::ffff:127.0.0.1]/", NotPublic),
            ("https://[64:ff9b::7f00:1]/", NotPublic),
            ("https://[fd00:ec2::254]/", NotPublic),
            ("https://localhost/", NotPublic),
            ("https://LOCALHOST/", NotPublic),
            ("https://a.localhost/", NotPublic),
            ("https://printer.local/", NotPublic),
            ("https://metadata.google.internal/", NotPublic),
            ("https://example.ro:0/", Port),
            ("https://example.ro:/", Port),
            ("https://example.ro:22/", Port),
            ("https://example.ro:80/", Port),
            ("https://example.ro:0443/", Port),
            ("https://example.ro:+443/", Port),
            ("https://example.ro:65536/", Port),
            ("https://example.ro:443:444/", Port),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
        assert_eq!(
            fault(&format!("https://example.ro/{}", "a".repeat(1024))),
            Some(Text)
        );
    }

    #[test]
    fn a_name_that_only_ends_like_a_local_one_is_public() {
        for text in ["https://mylocal.ro/", "https://notlocalhost.ro/"] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn for_development_our_own_machine_will_do() {
        for text in [
            "http://127.0.0.1:8080/hook",
            "https://localhost:9443/",
            "http://[::1]:80/",
        ] {
            assert!(Endpoint::parse(text, Reach::Anywhere).is_ok(), "{text}");
        }
        let odd = Endpoint::parse("http://0x7f.1/", Reach::Anywhere);
        assert_eq!(odd, Err(UrlFault::Host));
    }
}
