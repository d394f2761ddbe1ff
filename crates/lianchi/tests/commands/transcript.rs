use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program under test.
pub const LIANCHI: &str = env!("CARGO_BIN_EXE_lianchi");

/// A folder of one's own to work in, and what was typed and answered there.
pub struct Desk {
    dir: tempfile::TempDir,
    told: String,
}

/// Puts files on a desk, runs the lines there, and gives back what a user would see.
///
/// A line is words parted by blanks, those with blanks in quotation marks. `< FILE` after it is its standard input.
pub fn check(files: &[(&str, &[u8])], lines: &[&str]) -> String {
    let mut desk = Desk::new(files);
    lines.iter().for_each(|line| desk.run(line));
    desk.told()
}

impl Desk {
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap(), told: String::new() };
        files.iter().for_each(|(name, content)| desk.put(name, content));
        desk
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn put(&self, name: &str, content: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    /// The program, to be run here.
    pub fn command(&self, args: &[impl AsRef<std::ffi::OsStr>]) -> Command {
        let mut command = Command::new(LIANCHI);
        command.args(args).current_dir(self.path()).env_remove("RUST_BACKTRACE").env("NO_COLOR", "1");
        command
    }

    /// Runs a line and writes down what came of it.
    pub fn run(&mut self, line: &str) {
        let output = self.output(line);
        self.write_down(line, &output);
    }

    /// Runs a line and gives back what it wrote.
    pub fn output(&self, line: &str) -> Output {
        let (typed, input) = line.split_once(" < ").unwrap_or((line, ""));
        let mut command = self.command(&words(typed));
        command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if !input.is_empty() {
            let bytes = self.get(input);
            // The program may end before it has read all.
            let _ = child.stdin.take().unwrap().write_all(&bytes);
        }
        child.wait_with_output().unwrap()
    }

    /// What a line answered in JSON.
    pub fn json(&self, line: &str) -> serde_json::Value {
        let output = self.output(line);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text} {output:?}"))
    }

    pub fn write_down(&mut self, line: &str, output: &Output) {
        let _ = writeln!(self.told, "$ lianchi {line}");
        self.told.push_str(&String::from_utf8_lossy(&output.stdout));
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            let _ = writeln!(self.told, "! {line}");
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => drop(writeln!(self.told, "[exit {code}]")),
            None => drop(writeln!(self.told, "[{}]", output.status)),
        }
    }

    /// All that was typed and answered, without what chance makes.
    pub fn told(&self) -> String {
        filtered(&self.told, self.path())
    }
}

/// The text without folders, digests, keys and ports.
pub fn filtered(text: &str, dir: &Path) -> String {
    let dir = dir.to_string_lossy();
    let canonical = std::fs::canonicalize(&*dir).map_or(PathBuf::new(), |path| path);
    let mut text = text.replace(&*dir, "[dir]");
    if !canonical.as_os_str().is_empty() {
        text = text.replace(&*canonical.to_string_lossy(), "[dir]");
    }
    let mut out = String::with_capacity(text.len());
    let mut hex = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_digit() || ('a'..='f').contains(&letter) {
            hex.push(letter);
            continue;
        }
        match hex.len() {
            32 | 64 => out.push_str("[hex]"),
            _ => out.push_str(&hex),
        }
        hex.clear();
        out.push(letter);
    }
    out.pop();
    out
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}
