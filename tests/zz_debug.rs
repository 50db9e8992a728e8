mod common;
use common::{play, setup};
use mrksim::model::Simulation;
use mrksim::scenario::{Request, Source};
#[test]
fn debug() {
    let file = std::env::var("SCN").unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let setup = setup(&Request::new(Source::Text { name: "x.toml".into(), text }));
    let mut full = Simulation::new(&setup, 0).without_elision();
    while full.step() {}
    let full = full.finish();
    let elided = play(&setup, 0);
    println!("{} {}", full.digest, elided.digest);
    std::fs::write("/work/tmp/full.txt", format!("{full:#?}")).unwrap();
    std::fs::write("/work/tmp/elided.txt", format!("{elided:#?}")).unwrap();
}
