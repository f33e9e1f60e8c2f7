//! What must not compile, and what the compiler says about it.

#[test]
fn mistakes_do_not_compile_and_the_compiler_names_the_fix() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
