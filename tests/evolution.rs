//! What a change to the specs does to callers, and what a change to the house does to the build.
//!
//! The package is copied, changed in one place, and built: the change of a YAML file is the whole change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const SPEC: &str = "openapi/partner_payscore.yaml";
const COMMON: &str = "openapi/common.yaml";

/// A copy of the package and a shop that depends on it.
///
/// Copies share what is built of their dependencies. Cargo tells packages apart by their path below the workspace, so
/// each copy has a folder of its own name there.
struct Copy {
    shop: PathBuf,
    name: String,
}

impl Copy {
    fn new(name: &str) -> Self {
        let shop = Path::new(env!("CARGO_TARGET_TMPDIR")).join("evolution").join(name);
        let sdk = shop.join(name);
        let _ = fs::remove_dir_all(&sdk);
        for part in ["build.rs", "build", "src", "openapi", "README.md"] {
            copy(&Path::new(ROOT).join(part), &sdk.join(part));
        }
        // The shop is the workspace; what the package takes from its own is kept.
        let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
        let (workspace, package) = manifest.split_at(manifest.find("[package]").unwrap());
        let package = package.split("[[test]]").next().unwrap().split("[dev-dependencies]").next().unwrap();
        let build = manifest.find("[build-dependencies]").unwrap();
        let build = manifest[build..].split("\n[profile").next().unwrap().split("\n[[").next().unwrap();
        fs::write(sdk.join("Cargo.toml"), format!("{package}\n{build}")).unwrap();
        fs::create_dir_all(shop.join("src")).unwrap();
        fs::copy(Path::new(ROOT).join("tests/evolution/caller.rs"), shop.join("src/main.rs")).unwrap();
        fs::copy(Path::new(ROOT).join("Cargo.lock"), shop.join("Cargo.lock")).unwrap();
        let shop_manifest = format!(
            "{}\n[package]\nname = \"shop-{name}\"\nedition = \"2024\"\n\n[dependencies]\nserde_json = \"1\"\n\
             wechatpay-sdk = {{ path = \"{name}\", default-features = false, features = [\"partner-payscore\"] }}\n\n\
             [profile.dev]\ndebug = false\n",
            workspace.replace("members = [\"xtask\"]", &format!("members = [\"{name}\"]"))
        );
        fs::write(shop.join("Cargo.toml"), shop_manifest).unwrap();
        Self { shop, name: name.to_owned() }
    }

    fn change(&self, file: &str, from: &str, to: &str) -> &Self {
        self.edit(&format!("{}/{file}", self.name), from, to)
    }

    fn change_shop(&self, from: &str, to: &str) {
        self.edit("src/main.rs", from, to);
    }

    fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.shop.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    fn cargo(&self, verb: &str) -> Output {
        Command::new(env!("CARGO"))
            .args([verb, "--quiet", "--offline"])
            .current_dir(&self.shop)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("evolution/target"))
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }

    fn runs(&self) -> String {
        let output = self.cargo("run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn fails(&self) -> String {
        let output = self.cargo("check");
        assert!(!output.status.success(), "it compiles");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

#[test]
fn a_shop_compiles_and_runs_against_a_later_spec_as_it_is() {
    let before = Copy::new("before");
    assert_eq!(before.runs(), "Unrecognized(\"FROZEN\")\n");

    // New optional fields and parameters that sort before the old ones, a new enum word, a required field that is not
    // required any more.
    let after = Copy::new("after");
    after
        .change(
            SPEC,
            "      required: [service_id, sub_mchid, type, detail]\n      properties:\n",
            "      required: [service_id, sub_mchid, type, detail]\n      properties:\n        audit_note:\n          \
             type: string\n          description: New 「新」\n",
        )
        .change(
            SPEC,
            "        - name: query_id\n",
            "        - name: api_level\n          in: query\n          description: New 「新」\n          schema: \
             { type: string }\n          example: a\n        - name: query_id\n",
        )
        .change(COMMON, "enum: [CREATED, DOING, ", "enum: [ARCHIVED, CREATED, DOING, ")
        .change(COMMON, "closed: [REVOKED, EXPIRED]", "closed: [REVOKED, EXPIRED, ARCHIVED]")
        .change(
            SPEC,
            "「取消支付分订单请求」\n      required: [service_id, sub_mchid, reason]",
            "「取消支付分订单请求」\n      required: [service_id, sub_mchid]",
        );
    assert_eq!(after.runs(), "Unrecognized(\"FROZEN\")\n");

    // The new parts are really there: the shop may use them.
    after.change_shop(".sub_mchid(\"2\")\n", ".sub_mchid(\"2\")\n        .audit_note(\"x\")\n");
    after.change_shop(".out_order_no(\"3\")", ".out_order_no(\"3\").api_level(\"1\")");
    after.change_shop("ServiceOrderState::Done =>", "ServiceOrderState::Done | ServiceOrderState::Archived =>");
    after.change_shop(".reason(\"changed my mind\")", "");
    after.runs();
}

#[test]
fn a_family_without_hooks_does_not_compile_and_says_what_is_missing() {
    let house = Copy::new("unhooked");
    house.change("src/api.rs", "ClientHooks<crate::client::Core> for client::Client", "Clone for NoClient");
    house.change("src/api.rs", "async fn pre<E>(", "#[cfg(any())] async fn pre<E>(");
    house.change("src/api.rs", "async fn exec(", "#[cfg(any())] async fn exec(");
    let text = house.fails();
    assert!(text.contains("partner_payscore::client::Client` does not implement `ClientHooks<Core>`"), "{text}");
    assert!(
        text.contains("partner_payscore::client::Client`") && text.contains("missing `impl ClientHooks<Core> for "),
        "{text}"
    );
}

#[test]
fn a_mistake_in_a_spec_stops_the_build_at_its_line() {
    let house = Copy::new("misspelt");
    house.change(
        COMMON,
        "    SyncType:\n      type: string\n",
        "    SyncType:\n      title: lost\n      type: string\n",
    );
    let spec = fs::read_to_string(house.shop.join(&house.name).join(COMMON)).unwrap();
    let line = spec.lines().position(|line| line.contains("title: lost")).unwrap() + 1;
    let text = house.fails();
    assert!(text.contains(&format!("{COMMON}:{line}: schema-keyword: ")), "{text}");
}
