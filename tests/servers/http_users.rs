//! Who pushes over HTTP: the user whose password the web server has checked, and nobody
//! else.

use super::connection::Connection;
use super::served::Served;
use super::support::{Client, Options, Pushed, clean, marked};
use super::transport::Transport;
use super::users::login;

fn client_of(served: &Served, connection: &Connection) -> Client {
    let client = served.client();
    connection.give_to(&client);
    client
}

fn refused_before_the_hook(served: &Served, connection: &Connection, why: &str) {
    let client = client_of(served, connection);
    client.commit(clean("One")).file("a", "1\n").create();
    let pushed = client.git(&["push", "origin", "main"]).finish();
    assert_ne!(pushed.code, Some(0), "{}", pushed.all());
    assert!(pushed.err().contains(why), "{}", pushed.all());
    assert!(!served.server.sandbox().path("record/env").exists(), "the hook has run");
    assert_eq!(served.refs(), "");
}

const WEB_SERVERS: [Transport; 3] = [Transport::Http, Transport::Apache, Transport::Lighttpd];

#[test]
fn web_servers_refuse_who_has_no_password_or_a_wrong_one() {
    for transport in WEB_SERVERS {
        let served = transport.serve_with(Options::default().recording());
        refused_before_the_hook(&served, &served.http("git", ""), "could not read Username");
        let connection = served.http("git", "alice:guessed@");
        refused_before_the_hook(&served, &connection, "Authentication failed");
    }
}

#[test]
fn git_refuses_pushes_where_the_web_server_asks_nobody() {
    let served = Transport::Http.serve_with(Options::default().recording());
    refused_before_the_hook(&served, &served.http("open", ""), "403");
    // A name that nobody has checked is no authentication either.
    refused_before_the_hook(&served, &served.http("open", &login("alice")), "403");
}

/// Pushes two marked commits by alice: what the pusher is told to do next depends on
/// whether they are his own.
pub(crate) fn push_work_of_alice(client: &Client) -> Pushed {
    for subject in ["One", "Two"] {
        let commit = client.commit(marked(subject)).author("alice", "alice@example.com");
        commit.file(subject, "1\n").create();
    }
    let pushed = client.push(&["main"]);
    pushed.must_reject(&["refs/heads/main"]);
    pushed
}

pub(crate) const FOREIGN: &str = "Commits of others";

#[test]
fn the_pusher_is_who_gave_the_password() {
    for transport in WEB_SERVERS {
        let served = transport.serve_with(Options::default().recording());
        for (user, own) in [("alice", true), ("bob", false)] {
            let pushed = push_work_of_alice(&client_of(&served, &served.connection_of(user)));
            pushed.must_say(&format!("pushed by {user} to server"));
            assert_eq!(pushed.text().contains(FOREIGN), !own, "{}", pushed.all());
            assert_eq!(served.server.recorded().env["REMOTE_USER"], user.as_bytes());
        }
    }
}

#[test]
fn headers_change_neither_the_pusher_nor_the_verdict() {
    let served = Transport::Http.serve_with(Options::default().recording());
    let client = client_of(&served, &served.http("git", &login("bob")));
    let headers = ["Remote-User: alice", "Remote_User: alice", "Git-Dir: /", "Git-Config-Count: 1"];
    for header in headers {
        client.must(&["config", "--add", "http.extraHeader", header]);
    }
    push_work_of_alice(&client).must_say(FOREIGN);
    let recorded = served.server.recorded();
    assert_eq!(recorded.env["REMOTE_USER"], b"bob");
    assert_eq!(recorded.env["HTTP_REMOTE_USER"], b"alice", "the header did not get there");
    assert!(!recorded.has("GIT_CONFIG_COUNT"));
    client.must(&["reset", "-q", "--hard"]);
    client.must(&["switch", "-q", "--orphan", "fresh"]);
    client.commit(clean("Clean")).file("clean", "1\n").create();
    client.push(&["fresh"]).must_accept(&["refs/heads/fresh"]);
}
