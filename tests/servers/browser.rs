//! A browser, as far as the suite needs one: pages, and the links on them.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

/// What a server answered.
pub(crate) struct Page {
    pub(crate) status: u16,
    /// The body as text.
    pub(crate) body: String,
}

/// Asks a web server of 127.0.0.1 for a page.
pub(crate) fn get(port: u16, path: &str) -> Page {
    let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(server, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{path}: {answer}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Page { status, body: body.to_owned() }
}

/// All pages below a path that links lead to from there; by their paths.
pub(crate) fn browse(port: u16, start: &str) -> BTreeMap<String, Page> {
    let mut pages = BTreeMap::new();
    let mut left = vec![start.to_owned()];
    while let Some(path) = left.pop() {
        if pages.contains_key(&path) {
            continue;
        }
        let page = get(port, &path);
        left.extend(links(&page.body).filter(|link| link.starts_with(start)));
        pages.insert(path, page);
        assert!(pages.len() < 1000, "there is no end of pages");
    }
    pages
}

fn links(body: &str) -> impl Iterator<Item = String> {
    let after = body.split("href=").skip(1);
    after.filter_map(|rest| {
        let quote = rest.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
        let link = rest[1..].split(quote).next()?.split('#').next()?;
        Some(link.replace("&amp;", "&"))
    })
}
