//! Addresses, networks and URLs: texts that were checked, see [`crate::value::TextKind`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{EvalError, Result, check_list};
use crate::value::Value;

const BROKEN: EvalError = EvalError::Type("an address");

/// A network: its first address, and how many bits of how many are its own.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    prefix: u32,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Self> {
        let (address, prefix) = text.split_once('/').ok_or(BROKEN)?;
        let (address, bits) = number(address)?;
        let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= bits).ok_or(BROKEN)?;
        let network = Self { first: 0, prefix, bits };
        Ok(Self { first: address & !network.host_mask(), ..network })
    }

    /// The bits that tell its addresses apart.
    fn host_mask(self) -> u128 {
        1_u128.checked_shl(self.bits - self.prefix).map_or(u128::MAX, |size| size - 1)
    }

    fn last(self) -> u128 {
        self.first | self.host_mask()
    }

    fn holds(self, address: u128, bits: u32) -> bool {
        bits == self.bits && address & !self.host_mask() == self.first
    }

    fn address(self, number: u128) -> Value {
        Value::Str(text(number, self.bits).into())
    }
}

/// An address as a number, and how many bits it has.
fn number(text: &str) -> Result<(u128, u32)> {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Ok((u128::from(address.to_bits()), 32)),
        Ok(IpAddr::V6(address)) => Ok((address.to_bits(), 128)),
        Err(_) => Err(BROKEN),
    }
}

fn text(number: u128, bits: u32) -> String {
    match u32::try_from(number) {
        Ok(number) if bits == 32 => Ipv4Addr::from_bits(number).to_string(),
        _ => Ipv6Addr::from_bits(number).to_string(),
    }
}

pub(super) fn contains(cidr: &str, address: &str) -> Result<Value> {
    let (address, bits) = number(address)?;
    Ok(Value::Bool(Network::parse(cidr)?.holds(address, bits)))
}

pub(super) fn network(cidr: &str) -> Result<Value> {
    let network = Network::parse(cidr)?;
    Ok(network.address(network.first))
}

pub(super) fn broadcast(cidr: &str) -> Result<Value> {
    let network = Network::parse(cidr)?;
    Ok(network.address(network.last()))
}

pub(super) fn netmask(cidr: &str) -> Result<Value> {
    let network = Network::parse(cidr)?;
    let all = u128::MAX >> (128 - network.bits);
    Ok(network.address(all & !network.host_mask()))
}

pub(super) fn prefix_len(cidr: &str) -> Result<Value> {
    Ok(Value::Int(i64::from(Network::parse(cidr)?.prefix)))
}

pub(super) fn host(cidr: &str, n: i64) -> Result<Value> {
    let network = Network::parse(cidr)?;
    match u128::try_from(n) {
        Ok(n) if n <= network.host_mask() => Ok(network.address(network.first + n)),
        _ => Err(EvalError::Argument { function: "host", problem: "a number outside of the network" }),
    }
}

pub(super) fn hosts(cidr: &str) -> Result<Value> {
    let network = Network::parse(cidr)?;
    // One less than how many addresses it has.
    let mask = network.host_mask();
    let hosts = if network.bits == 32 && mask > 1 { mask - 1 } else { mask.saturating_add(1) };
    i64::try_from(hosts).map(Value::Int).map_err(|_| EvalError::Overflow("`hosts`"))
}

pub(super) fn subnets(cidr: &str, bits: i64) -> Result<Value> {
    let network = Network::parse(cidr)?;
    let longer = u32::try_from(bits).ok().filter(|bits| *bits <= network.bits - network.prefix);
    let Some(longer) = longer else {
        let problem = "a number of bits that the addresses of the network do not have";
        return Err(EvalError::Argument { function: "subnets", problem });
    };
    let count = 1_usize.checked_shl(longer).unwrap_or(usize::MAX);
    check_list("`subnets`", count)?;
    let prefix = network.prefix + longer;
    let step = network.bits - prefix;
    let subnet = |at: usize| {
        // A shift by all bits is only of the one subnet at 0.
        let offset = (at as u128).checked_shl(step).unwrap_or(0);
        Value::Str(format!("{}/{prefix}", text(network.first + offset, network.bits)).into())
    };
    Ok(Value::List((0..count).map(subnet).collect()))
}

pub(super) fn overlaps(a: &str, b: &str) -> Result<Value> {
    let (a, b) = (Network::parse(a)?, Network::parse(b)?);
    Ok(Value::Bool(a.holds(b.first, b.bits) || b.holds(a.first, a.bits)))
}

pub(super) fn is_v4(address: &str) -> Result<bool> {
    Ok(number(address)?.1 == 32)
}

pub(super) fn is_private(address: &str) -> Result<Value> {
    let private = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_unique_local(),
        Err(_) => return Err(BROKEN),
    };
    Ok(Value::Bool(private))
}

pub(super) fn is_loopback(address: &str) -> Result<Value> {
    address.parse::<IpAddr>().map(|address| Value::Bool(address.is_loopback())).map_err(|_| BROKEN)
}

/// The parts of a URL that functions give.
pub(super) struct Url<'a> {
    pub(super) scheme: &'a str,
    pub(super) host: &'a str,
    pub(super) port: Option<i64>,
    pub(super) path: &'a str,
}

pub(super) fn url(text: &str) -> Result<Url<'_>> {
    const BROKEN: EvalError = EvalError::Type("a URL");
    let (scheme, rest) = text.split_once("://").ok_or(BROKEN)?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host_port)| host_port);
    let (host, port) = match host_port.strip_prefix('[') {
        Some(inner) => inner.split_once(']').ok_or(BROKEN)?,
        None => host_port.split_at(host_port.find(':').unwrap_or(host_port.len())),
    };
    // `http://host:/` has no port either.
    let port = port.strip_prefix(':').and_then(|port| port.parse().ok());
    Ok(Url { scheme, host, port, path: if path.is_empty() { "/" } else { path } })
}
