//! Reports in a real browser: they load without an error, show their drawings, and their tables sort.
//!
//! Where no Chromium is installed the test says so and passes; `.ci/run` installs one.

use std::path::{Path, PathBuf};
use std::process::Command;

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

fn browser() -> Option<&'static str> {
    let works =
        |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|ran| ran.status.success());
    BROWSERS.iter().find(works).copied()
}

/// Presses the heads of the table after this heading, and writes into the page what came of it.
const PRESS: &str = r#"<script>
addEventListener("load", () => {
  const table = document.querySelector("h2 ~ .scroll table");
  const button = table.querySelector("th button");
  const column = () => [...table.tBodies[0].rows].map((row) => row.children[0].textContent).join(" | ");
  const before = column();
  button.click();
  const rising = column();
  button.click();
  const falling = column();
  const found = document.createElement("output");
  const drawings = document.querySelectorAll("figure svg").length;
  const overflow = document.documentElement.scrollWidth > innerWidth + 1;
  found.textContent = JSON.stringify({ before, rising, falling, drawings, overflow, sorted: button.parentElement.getAttribute("aria-sort") });
  document.body.append(found);
});
</script>"#;

fn mrksim(arguments: &[&str]) {
    let ran = Command::new(env!("CARGO_BIN_EXE_mrksim")).args(arguments).output().expect("mrksim runs");
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// What the browser makes of a page after it was pressed: (what the script found, what it complained about).
fn seen(browser: &str, page: &Path, width: u32) -> (serde_json::Value, String) {
    let text = std::fs::read_to_string(page).expect("the page");
    let pressed = page.with_file_name("pressed.html");
    std::fs::write(&pressed, text.replace("</body>", &format!("{PRESS}</body>"))).expect("written");
    let ran = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--enable-logging=stderr"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("file://{}", pressed.display()))
        .output()
        .expect("the browser runs");
    let (dom, talk) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let found = dom.split("<output>").nth(1).and_then(|rest| rest.split("</output>").next());
    let found = found.unwrap_or_else(|| panic!("the script did not come through: {talk}"));
    let complaints: Vec<&str> = talk.lines().filter(|line| line.contains("CONSOLE")).collect();
    (
        serde_json::from_str(&found.replace("&gt;", ">").replace("&lt;", "<")).expect("JSON"),
        complaints.join("\n"),
    )
}

#[test]
fn reports_work_in_a_browser() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let dir: PathBuf = std::env::temp_dir().join(format!("mrksim-browser-{}", std::process::id()));
    let place = |name: &str| dir.join(name).to_string_lossy().into_owned();
    let small = ["--set", "clients.checkout.rate=1/s", "-q"];
    mrksim(&[&["run", "tutorial/region-outage", "--out", &place("run")], &small[..]].concat());
    mrksim(
        &[&["compare", "tutorial/region-outage", "--trials", "3", "--out", &place("compare")], &small[..]]
            .concat(),
    );
    let grid = ["--grid", "timeline.outage.for=5m,1h"];
    mrksim(&[&["sweep", "tutorial/region-outage", "--out", &place("sweep")], &grid[..], &small].concat());
    let (run, complaints) = seen(browser, &dir.join("run/report.html"), 1_200);
    assert_eq!(complaints, "");
    assert_eq!(run["drawings"], 6, "{run}");
    assert_eq!(run["sorted"], "descending", "{run}");
    let times =
        |key: &str| run[key].as_str().expect("a column").split(" | ").map(str::to_owned).collect::<Vec<_>>();
    let (before, rising, mut falling) = (times("before"), times("rising"), times("falling"));
    assert_eq!(before, rising, "events are in the order of time, durations of any unit");
    falling.reverse();
    assert!(
        falling.first() == rising.first() && falling.last() == rising.last() && rising.len() > 5,
        "{run}"
    );
    let (phone, complaints) = seen(browser, &dir.join("run/report.html"), 400);
    assert_eq!((complaints.as_str(), &phone["overflow"]), ("", &false.into()), "no page wider than a phone");
    let (compared, complaints) = seen(browser, &dir.join("compare/report.html"), 1_200);
    assert!(complaints.is_empty() && compared["drawings"].as_u64() >= Some(3), "{compared} {complaints}");
    let text = std::fs::read_to_string(dir.join("sweep/report.html")).expect("the page of the sweep");
    assert!(text.contains("<svg") && text.contains("timeline.outage.for"));
    for name in ["run", "compare", "sweep"] {
        let text = std::fs::read_to_string(dir.join(name).join("report.html")).expect("a page");
        let outside = ["src=", "@import", "url("].iter().find(|link| text.contains(*link));
        assert_eq!(outside, None, "{name} fetches nothing");
    }
    std::fs::remove_dir_all(dir).expect("removable");
}
