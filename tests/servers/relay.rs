//! A relay in front of a server that stops in the middle of a push, so that what happens
//! "in the middle" is the same on every run.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};

/// Hands on a number of bytes from the client and then no more.
pub(crate) struct Relay {
    port: u16,
    stalled: Receiver<()>,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    /// Bytes that may still go to the server.
    left: Mutex<Option<usize>>,
    closed: Condvar,
}

impl Relay {
    /// A relay to a port of 127.0.0.1.
    pub(crate) fn start(target: u16, bytes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let gate = Arc::new(Gate { left: Mutex::new(Some(bytes)), closed: Condvar::new() });
        let (tell, stalled) = channel();
        let shared = Arc::clone(&gate);
        // The threads end with their connections, at the latest with the test program.
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { return };
                let (back_from, back_to) =
                    (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || hand_on_all(back_from, back_to));
                let (gate, tell) = (Arc::clone(&shared), tell.clone());
                std::thread::spawn(move || gate.hand_on(client, server, &tell));
            }
        });
        Self { port, stalled, gate }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the client has sent as many bytes as go through.
    pub(crate) fn wait_for_stall(&self) {
        // A client that ends before would be waited for in vain.
        self.stalled.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    }

    /// Closes the connections that were held: the server learns that its client is gone.
    pub(crate) fn close(&self) {
        *self.gate.left.lock().unwrap() = None;
        self.gate.closed.notify_all();
    }
}

impl Gate {
    fn hand_on(&self, mut client: TcpStream, mut server: TcpStream, tell: &Sender<()>) {
        let mut buffer = [0; 16384];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            let mut left = self.left.lock().unwrap();
            let Some(may) = *left else { break };
            if count > may {
                let _ = server.write_all(&buffer[..may]);
                *left = Some(0);
                let _ = tell.send(());
                drop(self.closed.wait_while(left, |left| left.is_some()).unwrap());
                break;
            }
            *left = Some(may - count);
            drop(left);
            if server.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
    }
}

fn hand_on_all(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}
