//! A browser that does what it is told: Chromium's DevTools protocol over a WebSocket, as much of both as is needed.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A running browser with one page.
pub struct Browser {
    process: Child,
    profile: PathBuf,
    socket: TcpStream,
    session: Option<String>,
    calls: u64,
    /// What the page reported since it was opened: complaints, requests.
    pub events: Vec<Value>,
}

impl Browser {
    /// `None`: none is installed.
    pub fn start() -> Option<Browser> {
        let works =
            |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|ran| ran.status.success());
        let name = NAMES.iter().find(works)?;
        let profile = std::env::temp_dir().join(format!("mrksim-profile-{}", std::process::id()));
        let mut process = Command::new(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let mut talk = BufReader::new(process.stderr.take().expect("piped"));
        let address = address(&mut talk);
        // A full pipe would hold the browser up.
        std::thread::spawn(move || std::io::copy(&mut talk, &mut std::io::sink()));
        let socket = connect(&address);
        let mut browser = Browser { process, profile, socket, session: None, calls: 0, events: Vec::new() };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Calls a method and waits for its answer.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            call["sessionId"] = json!(session);
        }
        send(&mut self.socket, &call.to_string());
        loop {
            let mut message = receive(&mut self.socket);
            match message["id"] == self.calls {
                true if message["error"].is_null() => return message["result"].take(),
                true => panic!("{method}: {}", message["error"]),
                false => self.events.push(message),
            }
        }
    }

    /// Opens a page on a screen of this width, and waits until it is there.
    pub fn open(&mut self, page: &Path, width: u32, dark: bool) {
        let phone = width < 500;
        let screen = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": phone });
        self.call("Emulation.setDeviceMetricsOverride", screen);
        let scheme = json!({ "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } });
        self.call("Emulation.setEmulatedMedia", json!({ "features": [scheme] }));
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = receive(&mut self.socket);
            self.events.push(event);
        }
    }

    /// What an expression comes to in the page.
    pub fn value(&mut self, script: &str) -> Value {
        let mut ran = self.call("Runtime.evaluate", json!({ "expression": script, "returnByValue": true }));
        assert!(ran["exceptionDetails"].is_null(), "{script}: {}", ran["exceptionDetails"]);
        ran["result"]["value"].take()
    }

    /// Presses a key of the keyboard.
    pub fn press(&mut self, key: &str, code: u32, text: &str) {
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code, "text": text });
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// What a screen reader finds: role and name of everything that it does not pass over.
    pub fn spoken(&mut self) -> Vec<(String, String)> {
        let tree = self.call("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().expect("a tree");
        let text = |node: &Value, of: &str| node[of]["value"].as_str().unwrap_or_default().to_owned();
        let heard = nodes.iter().filter(|node| node["ignored"] != true);
        heard.map(|node| (text(node, "role"), text(node, "name"))).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may be gone already, and a profile left behind does no harm.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// Where the browser listens: it says so once.
fn address(talk: &mut impl BufRead) -> String {
    let mut lines = talk.lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("DevTools listening on ws://")).expect("an address");
    line.trim_start_matches("DevTools listening on ws://").to_owned()
}

fn connect(address: &str) -> TcpStream {
    let (host, path) = address.split_once('/').expect("an address with a path");
    let mut socket = TcpStream::connect(host).expect("the browser listens");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
    let hello = format!(
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    socket.write_all(hello.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.extend(read::<1>(&mut socket));
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
    socket
}

/// One frame of text. Clients have to mask what they send; a mask of zeros changes nothing.
fn send(socket: &mut TcpStream, text: &str) {
    let mut frame = vec![0x81, 0x80 | 127];
    frame.extend((text.len() as u64).to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    socket.write_all(&frame).expect("sent");
}

/// One message, of as many frames as it has.
fn receive(socket: &mut TcpStream) -> Value {
    let mut message = Vec::new();
    loop {
        let [first, second] = read::<2>(socket);
        let length = match second & 0x7f {
            126 => u64::from(u16::from_be_bytes(read(socket))),
            127 => u64::from_be_bytes(read(socket)),
            short => u64::from(short),
        };
        let start = message.len();
        message.resize(start + length as usize, 0);
        socket.read_exact(&mut message[start..]).expect("the whole frame");
        if first & 0x80 != 0 {
            return serde_json::from_slice(&message).expect("JSON");
        }
    }
}

fn read<const N: usize>(socket: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    socket.read_exact(&mut bytes).expect("the browser answers");
    bytes
}
