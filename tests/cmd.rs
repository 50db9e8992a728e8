//! Whole commands as transcripts: what a person types and reads.

#[test]
fn commands_are_as_transcribed() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
