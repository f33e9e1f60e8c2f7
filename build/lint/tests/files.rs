//! The rules for uploads and downloads.

use super::super::super::testing::FILES;
use super::{breaks_in, holds_in};

/// Where the form of the upload is named.
const FORM: &str = "            schema: {";

fn breaks(rule: &str, at: &str, from: &str, to: &str) {
    breaks_in(FILES, rule, at, from, to);
}

#[test]
fn the_fixture_of_files_is_clean() {
    holds_in(FILES);
}

#[test]
fn a_form_is_a_component_with_a_meta_and_one_file() {
    let schema = "schema: { $ref: '#/components/schemas/FileForm' }";
    breaks("upload", FORM, schema, "schema: { type: string }");
    breaks("upload", FORM, "format: binary\n          x-max", "format: date\n          x-max");
    breaks("upload", FORM, "        meta:\n", "        about:\n");
    let meta = "        meta:\n          allOf: [{ $ref: '#/components/schemas/FileMeta' }]\n";
    breaks("upload", FORM, meta, "        meta:\n          type: string\n");
}

#[test]
fn a_meta_has_one_digest_of_a_known_kind() {
    let digest = "x-file: SHA256";
    breaks("upload", "x-file: crc32", digest, "x-file: crc32");
    breaks("upload", FORM, ", x-file: SHA256", "");
    breaks("upload", FORM, "x-constant: SHA,", "x-file: sm3,");
}

#[test]
fn only_a_meta_has_members_that_the_sdk_makes() {
    let place = "description: Something else 「其他」";
    breaks("upload", "gone: ", place, "x-file: name, description: Something else 「其他」");
    breaks("upload", "gone: ", place, "x-constant: X, description: Something else 「其他」");
}

#[test]
fn what_is_made_is_text() {
    let kind = "kind: { type: string,";
    breaks("mark", "        kind: ", kind, "kind: { type: integer, format: int64, x-constant: '1',");
    breaks("mark", "        kind: ", kind, "kind: { type: integer, format: int64, x-file: name,");
    breaks("mark", "x-endings: [7]", "example: 7", "x-endings: [7]\n          example: 7");
}

#[test]
fn a_form_is_for_requests_and_has_an_example() {
    let answer = "application/json:\n              schema: { $ref: '#/components/schemas/FilePlace' }";
    let form = "multipart/form-data: # here\n              schema: { $ref: '#/components/schemas/FilePlace' }";
    breaks("json-only", "multipart/form-data: # here", answer, form);
    let example = "            example: { meta: { name: a.png, digest: BA78, algorithm: SHA, kind: PNG } }\n";
    breaks("example", "multipart/form-data", example, "");
}

#[test]
fn what_is_given_stands_in_the_query_of_a_file() {
    breaks("x-given", "{ name: file_id", "{ name: file_id,", "{ name: file_id, x-given: true,");
    breaks("x-given", "{ name: note", "{ name: note,", "{ name: note, x-given: false,");
    let upload = "      x-effect: upload\n";
    let parameter =
        "{ name: day, in: query, x-given: true, description: Day 「日期」, schema: { type: string }, example: d }";
    let given = format!("{upload}      parameters:\n        - {parameter}\n");
    breaks("x-given", parameter, upload, &given);
    breaks("extension", "        kind: ", "kind: { type: string,", "kind: { type: string, x-given: true,");
}

#[test]
fn a_file_is_proven_by_a_header_that_is_known() {
    breaks("x-proven-by", "x-proven-by: ETag", "x-proven-by: SM3-Digest", "x-proven-by: ETag");
    let upload = "      x-effect: upload\n";
    breaks("x-proven-by", "x-proven-by: SM3-Digest", upload, &format!("{upload}      x-proven-by: SM3-Digest\n"));
}

#[test]
fn the_call_of_a_file_obeys_the_rules_of_every_call() {
    breaks(
        "x-role",
        "operationId: download_file",
        "    x-role: [merchant]\n      x-host",
        "    x-role: [nobody]\n      x-host",
    );
    breaks("x-host", "operationId: download_file", "x-host: https://apihk", "x-host: http://apihk");
    breaks("path-template", "operationId: download_file", "{ name: file_id,", "{ name: number,");
    breaks("name-clash", "# twice", "operationId: download_file", "operationId: upload_file # twice");
    breaks("name-clash", "operationId: download_file", "{ name: note,", "{ name: file,");
}

#[test]
fn an_answer_with_a_file_names_members_that_it_has() {
    let place = "x-download: { url: url, hash_type: hash_type, hash: hash }";
    for wrong in [
        "{ url: nowhere, hash_type: hash_type, hash: hash }",
        "{ url: url, hash: hash }",
        "{ hash: hash }",
        "{ url: url, hash_type: hash_type, hash: hash, sequence: gone, key: gone, nonce: gone }",
        "{ parts: gone, count: gone }",
        "{ url: url, continued_by: download_whole_file }",
        "{ url: url, continued_by: download_file }",
    ] {
        breaks("x-download", "    FilePlace:", place, &format!("x-download: {wrong}"));
    }
    for right in ["{ url: url }", "{ url: url, continued_by: download_given_file }"] {
        holds_in(&FILES.replace(place, &format!("x-download: {right}")));
    }
}

#[test]
fn no_address_of_a_file_is_left_without_its_road() {
    breaks("x-download", "    FileMeta:", "        kind: {", "        download_url: {");
}
