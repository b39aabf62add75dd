//! The command line, case by case: `tests/cmd/<case>.toml`, run in a copy of `tests/cmd/<case>.in/`.

#[test]
fn cases() {
    trycmd::TestCases::new()
        .env("SOURCE_DATE_EPOCH", "1795212000")
        .env("NO_COLOR", "1")
        .env("PLIMSOLL_FAIL_ON", "")
        .env("PLIMSOLL_PERSONA", "")
        .case("tests/cmd/*.toml");
}
