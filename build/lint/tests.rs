//! Each rule, stepped into by one change to a spec that breaks none.

mod files;

use super::super::testing::{SHARED, SHOP, specs};

/// After replacing `from` by `to`, the rule is reported at the first line that holds `at`.
fn breaks(rule: &str, at: &str, from: &str, to: &str) {
    breaks_in(SHOP, rule, at, from, to);
}

fn breaks_in(spec: &str, rule: &str, at: &str, from: &str, to: &str) {
    assert!(spec.contains(from), "the fixture has no `{from}`");
    let changed = spec.replacen(from, to, 1);
    let line = changed.lines().position(|line| line.contains(at)).map_or(0, |index| index + 1);
    let problems = specs(&changed, SHARED).err().unwrap_or_default();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let start = format!("openapi/shop.yaml:{line}: {rule}: ");
    assert!(problems.iter().any(|problem| problem.starts_with(&start)), "no `{start}` in {problems:#?}");
}

fn holds_in(spec: &str) {
    let problems: Vec<String> = specs(spec, SHARED).err().iter().flatten().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn the_fixture_itself_is_clean() {
    holds_in(SHOP);
}

#[test]
fn yaml_that_does_not_parse_or_repeats_a_key_is_reported() {
    breaks("yaml", "summary: Again", "summary: List orders", "summary: List orders\n      summary: Again");
    breaks("yaml", "!tag", "summary: List orders", "summary: !tag x");
}

#[test]
fn a_keyword_that_breaks_generation_or_callers_is_refused() {
    for keyword in ["title: X", "default: 1", "nullable: true", "additionalProperties: false", "anyOf: []", "oneOf: []"]
    {
        breaks("schema-keyword", keyword, "maxLength: 20", keyword);
    }
    breaks("root-keyword", "servers: []", "openapi: 3.0.3", "openapi: 3.0.3\nservers: []");
    breaks("operation-keyword", "deprecated: true", "tags: [Orders]", "deprecated: true");
    breaks("path-keyword", "head:", "  /v3/orders:\n", "  /v3/orders:\n    head: {}\n");
}

#[test]
fn inline_objects_and_enums_are_refused() {
    breaks(
        "inline",
        "type: object # here",
        "type: string\n          description: Name",
        "type: object # here\n          description: Name",
    );
    breaks(
        "inline",
        "type: string # here",
        "type: string\n          description: Name",
        "type: string # here\n          enum: [A]\n          description: Name",
    );
}

#[test]
fn a_reference_has_no_siblings_and_resolves() {
    let schema = "schema: { $ref: '#/components/schemas/CloseOrderRequest' }";
    breaks(
        "ref-sibling",
        "CloseOrderRequest'",
        schema,
        "schema: { $ref: '#/components/schemas/CloseOrderRequest', example: 1 }",
    );
    let goods = "items: { $ref: '#/components/schemas/Goods' }";
    breaks("reference", "        goods:", goods, "items: { $ref: '#/components/schemas/Gone' }");
    breaks("reference", "other.yaml", goods, "items: { $ref: 'other.yaml#/components/schemas/Goods' }");
}

#[test]
fn all_of_names_one_component() {
    let one = "allOf: [{ $ref: '#/components/schemas/Order' }]";
    breaks(
        "all-of-one",
        "Order' }, { $ref",
        one,
        "allOf: [{ $ref: '#/components/schemas/Order' }, { $ref: '#/components/schemas/State' }]",
    );
    breaks("all-of-one", "allOf: [{ type", one, "allOf: [{ type: string }]");
}

#[test]
fn types_that_lose_money_or_precision_are_refused() {
    breaks(
        "type",
        "type: number",
        "type: string\n          description: Name",
        "type: number\n          description: Name",
    );
    breaks(
        "integer-format",
        "type: integer # here",
        "type: string\n          description: Name",
        "type: integer # here\n          description: Name",
    );
    breaks(
        "format",
        "type: string # here",
        "type: string\n          description: Name",
        "type: string # here\n          format: date\n          description: Name",
    );
}

#[test]
fn a_component_is_an_object_or_enum_with_a_name_of_its_own() {
    breaks("component-name", "    goods_item:", "    Goods:\n", "    goods_item:\n");
    breaks(
        "component-shape",
        "    Goods:",
        "    Goods:\n      type: object\n",
        "    Goods:\n      type: array\n      items: { type: string }\n    Other:\n      type: object\n",
    );
    breaks("name-clash", "    Shop:", "    Goods:\n", "    Shop:\n");
    breaks("name-clash", "    Money:", "    Goods:\n", "    Money:\n");
    breaks("name-clash", "    OrderListBuilder:", "    Goods:\n", "    OrderListBuilder:\n");
    breaks(
        "name-clash",
        "        mchId:",
        "        openid:\n          type: string\n          x-personal: true",
        "        mch_id:\n          type: string\n          description: A 「甲」\n        mchId:\n          type: string",
    );
    breaks(
        "unused",
        "    Alone:",
        "    Goods:\n",
        "    Alone:\n      type: object\n      description: A 「甲」\n      properties: { a: { type: string, description: A 「甲」 } }\n    Goods:\n",
    );
    breaks(
        "properties",
        "    Goods:",
        "    Goods:\n      type: object\n",
        "    Goods:\n      type: object\n      description: A 「甲」\n    Other:\n      type: object\n",
    );
}

#[test]
fn equal_shapes_under_two_names_are_one_component_or_say_why() {
    let scene = "    Scene:\n";
    let twin = "    Twin:\n      type: string\n      description: A 「甲」\n      enum: ['1000', '1001']\n      x-enum-names: [A, B]\n    Scene:\n";
    breaks("same-shape", scene.trim_end(), scene, twin);
    let distinct =
        SHOP.replacen(scene, &twin.replacen("    Scene:\n", "    Scene:\n      x-distinct: for a reason\n", 1), 1);
    let problems = specs(&distinct, SHARED).err().unwrap_or_default();
    assert!(!problems.iter().any(|problem| problem.to_string().contains("same-shape")), "{problems:?}");
}

#[test]
fn a_field_does_not_hide_a_method_of_its_builder() {
    for name in ["build", "builder", "clone", "into_future", "extra", "send", "maybe_name"] {
        breaks("reserved-name", &format!("        {name}:"), "        goods:\n", &format!("        {name}:\n"));
    }
}

#[test]
fn enum_words_give_distinct_variants() {
    breaks("name-clash", "    State:", "[OPEN, CLOSED]", "[OPEN, open]");
    breaks("name-clash", "    State:", "[OPEN, CLOSED]", "[UNRECOGNIZED]");
    breaks("enum-words", "    State:", "[OPEN, CLOSED]", "[]");
    breaks("name", "    State:", "[OPEN, CLOSED]", "['-']");
    breaks("name", "    State:", "[OPEN, CLOSED]", "['1', '3D_SECURE']");
    breaks("name", "    State:", "[OPEN, CLOSED]", "[SELF]");
}

#[test]
fn payer_data_is_marked() {
    breaks("personal", "        openid:", "          x-personal: true\n", "");
    breaks("personal", "name: openid,", "x-personal: true, schema", "schema");
    breaks("personal", "        openid_list:", "        goods:\n", "        openid_list:\n");
}

#[test]
fn everything_is_described_and_named_in_chinese() {
    let name = "        name:\n          type: string\n          description: Name 「名称」";
    breaks("description", "# here", name, "        name: # here\n          type: string");
    breaks("chinese-name", "# here", name, "        name: # here\n          type: string\n          description: Name");
    breaks(
        "description",
        "    Goods:",
        "      type: object\n      description: Goods 「商品」\n",
        "      type: object\n",
    );
    breaks("description", "    post:", "      description: Closes it 「关单」\n", "");
}

#[test]
fn required_names_a_property() {
    breaks("required", "    Goods:", "required: [name]", "required: [nothing]");
}

#[test]
fn an_operation_says_who_what_and_where() {
    breaks("operation-id", "    get:", "operationId: list_orders", "operationId: listOrders");
    breaks("operation-id", "    get:", "      operationId: list_orders\n", "");
    breaks("summary", "    get:", "summary: List orders", "summary: List orders.");
    breaks("summary", "    get:", "summary: List orders", &format!("summary: {}", "long ".repeat(20)));
    breaks("official-page", "    get:", "url: 'https://pay.weixin.qq.com/1'", "url: ''");
    breaks("error-response", "    get:", "        default: { $ref: 'common.yaml#/components/responses/Error' }\n", "");
    breaks("success", "    post:", "        '204':\n          description: Closed\n", "");
    breaks("response-status", "'404'", "'204':", "'404':");
    breaks(
        "name-clash",
        "operationId: list_orders # again",
        "operationId: close_order",
        "operationId: list_orders # again",
    );
}

#[test]
fn two_different_success_bodies_are_refused() {
    breaks(
        "one-answer",
        "    get:",
        "        default: { $ref",
        "        '202':\n          description: Later\n          content: { application/json: { schema: { $ref: '#/components/schemas/Order' }, example: {} } }\n        default: { $ref",
    );
    breaks("empty-204", "'204'", "description: Closed", "description: Closed\n          content: {}");
}

#[test]
fn bodies_are_json_with_an_example() {
    breaks(
        "json-only",
        "multipart/form-data",
        "            application/json:\n              schema: { $ref: '#/components/schemas/OrderList' }",
        "            multipart/form-data:\n              schema: { $ref: '#/components/schemas/OrderList' }",
    );
    breaks(
        "example",
        "          application/json: # here",
        "          application/json:\n            schema: { $ref: '#/components/schemas/CloseOrderRequest' }\n            example: { mchid: '1', amount: { total: 1 } }",
        "          application/json: # here\n            schema: { $ref: '#/components/schemas/CloseOrderRequest' }",
    );
    breaks(
        "optional-body",
        "operationId: close_order",
        "requestBody:\n        required: true",
        "requestBody:\n        required: false",
    );
}

#[test]
fn parameters_are_in_path_or_query_and_fit_the_path() {
    breaks("parameter-place", "in: header", "{ name: limit, in: query,", "{ name: limit, in: header,");
    breaks(
        "path-parameter",
        "- name: out_trade_no",
        "          in: path\n          required: true\n",
        "          in: path\n",
    );
    breaks("path-template", "operationId: close_order", "/v3/orders/{out_trade_no}/close", "/v3/orders/{other}/close");
    breaks(
        "path-and-query",
        "operationId: close_order",
        "          in: path\n          required: true\n",
        "          in: query\n          required: true\n",
    );
}

#[test]
fn a_parameter_can_be_written_and_does_not_hide_what_a_call_has() {
    breaks(
        "parameter-type",
        "operationId: list_orders",
        "$ref: '#/components/schemas/State' }\n          example: OPEN",
        "$ref: '#/components/schemas/Order' }\n          example: OPEN",
    );
    breaks(
        "parameter-type",
        "operationId: close_order",
        "description: Number 「单号」\n          schema: { type: string }",
        "description: Number 「单号」\n          schema: { type: array, items: { type: string } }",
    );
    breaks(
        "parameter-type",
        "operationId: close_order",
        "description: Number 「单号」\n          schema: { type: string }",
        "description: Number 「单号」\n          schema: {}",
    );
    for name in ["client", "given", "body", "send", "gen"] {
        let rule = if name == "gen" { "name" } else { "name-clash" };
        breaks(rule, "operationId: list_orders", "name: limit,", &format!("name: {name},"));
    }
    breaks("reserved-name", "operationId: list_orders", "name: limit,", "name: maybe_state,");
    breaks("name-clash", "operationId: list_orders", "name: limit,", "name: mchid,");
}

#[test]
fn a_body_is_an_object_of_a_writing_operation_and_a_path_has_no_query() {
    breaks("get-body", "operationId: close_order", "    post:\n", "    get:\n");
    breaks(
        "body-component",
        "operationId: close_order",
        "$ref: '#/components/schemas/CloseOrderRequest'",
        "$ref: '#/components/schemas/State'",
    );
    breaks("path-form", "v3/orders?a=b", "  /v3/orders:\n", "  /v3/orders?a=b:\n");
    breaks("path-form", "  v3/orders:", "  /v3/orders:\n", "  v3/orders:\n");
}

#[test]
fn names_of_the_language_and_of_the_emitted_code_are_taken() {
    for name in ["Option", "Vec", "String", "Self", "S0", "CloseOrder"] {
        let at = if name == "CloseOrder" { "operationId: close_order" } else { &format!("    {name}:") };
        let rule = if name == "Self" { "name" } else { "name-clash" };
        breaks(rule, at, "    Goods:\n", &format!("    {name}:\n"));
    }
    for name in ["new", "clone", "into"] {
        breaks("name-clash", "operationId: ", "operationId: list_orders", &format!("operationId: {name}"));
    }
}

#[test]
fn a_component_that_requires_itself_is_refused() {
    breaks("needs-itself", "    Order:", "      required: [state]\n", "      required: [state, parent]\n");
}

#[test]
fn extensions_are_known_and_true() {
    breaks("extension", "x-retry: true", "x-role: [merchant]", "x-role: [merchant]\n      x-retry: true");
    breaks("extension", "x-role: [a]", "maxLength: 20", "x-role: [a]");
    breaks("x-role", "operationId: list_orders", "x-role: [merchant]", "x-role: [everybody]");
    breaks("x-query-with", "operationId: close_order", "x-query-with: list_orders", "x-query-with: close_order");
    breaks(
        "x-idempotent-by",
        "operationId: close_order",
        "x-idempotent-by: out_trade_no",
        "x-idempotent-by: out_refund_no",
    );
    let closing = "x-idempotent-by: out_trade_no";
    for wrong in ["retry", "query", "query-then-reenter"] {
        let settled = format!("x-settle: {wrong}\n      {closing}");
        breaks("x-settle", "operationId: close_order", closing, &settled);
    }
    let follows = format!("x-settle: reenter\n      {closing}");
    breaks("x-settle", "operationId: close_order", closing, &follows);
    for wrong in ["150", "150/h", "0/s", "150/s, 6/s", "many/s"] {
        breaks("x-rate", "operationId: close_order", closing, &format!("x-rate: {wrong}\n      {closing}"));
    }
    breaks("x-one-of", "operationId: list_orders", "x-one-of: [[state, openid]]", "x-one-of: [[state, mchid]]");
}

#[test]
fn alternatives_sums_and_comparisons_name_members_that_are_there() {
    let at = "    CloseOrderRequest:";
    breaks("x-one-of", at, "[[openid, payer_name]]", "[[openid, mchid]]");
    breaks("x-one-of", at, "[[openid, payer_name]]", "[[openid, gone]]");
    breaks("x-sum", at, "[goods.price, -discount]", "[goods.name, -discount]");
    breaks("x-sum", at, "[goods.price, -discount]", "[goods.gone]");
    breaks("x-at-most", at, "{ discount: paid }", "{ discount: mchid }");
}

#[test]
fn names_and_meanings_of_words_cover_the_words() {
    breaks("x-enum-names", "x-enum-names", "[Shop, Market]", "[Shop]");
    breaks("name-clash", "    Scene:", "[Shop, Market]", "[Shop, Shop]");
    breaks("name", "    Scene:", "[Shop, Market]", "[Shop, '3rd']");
    breaks("name", "    Scene:", "      x-enum-names: [Shop, Market]\n", "");
    breaks("x-states", "x-states", "closed: [CLOSED]", "closed: []");
    breaks("x-states", "x-states", "closed: [CLOSED]", "closed: [CLOSED, OPEN]");
    breaks("x-states", "x-states", "closed: [CLOSED]", "finished: [CLOSED]");
}

#[test]
fn progress_and_stage_lead_to_words() {
    breaks("x-progress", "    OrderList:", "x-progress: data.state", "x-progress: data.created");
    breaks("x-progress", "    OrderList:", "x-progress: data.state", "x-progress: data.gone");
    breaks("x-stage", "    OrderList:", "x-progress: data.state", "x-stage: [data, data]");
}

#[test]
fn a_phone_opens_what_has_a_handle_or_an_app() {
    breaks("x-launch", "    OrderList:", "x-progress: data.state", "x-launch: [jsapi]");
    let opened = "x-launch: [jsapi]\n      x-at-most: { discount: paid }";
    breaks("x-launch", "    CloseOrderRequest:", "x-at-most: { discount: paid }", opened);
    let unknown = "x-launch: [fax]\n      x-check:";
    breaks("x-launch", "    OrderNotification:", "x-check:", unknown);
}

#[test]
fn marks_stand_where_they_mean_something() {
    let text = "          x-notify-url: true\n";
    breaks("mark", "x-notify-url: yes please", text, "          x-notify-url: yes please\n");
    breaks("mark", "x-equals: somebody", "x-equals: merchant.mchid", "x-equals: somebody");
    let amount = "description: Paid 「实付」";
    breaks(
        "mark",
        "x-encrypted: true # here",
        amount,
        "x-encrypted: true # here\n          description: Paid 「实付」",
    );
    breaks("mark", "x-max-bytes: 5 # here", amount, "x-max-bytes: 5 # here\n          description: Paid 「实付」");
    breaks("pattern", "pattern: '['", "pattern: '^[a-z]+$'", "pattern: '['");
    breaks("mark", "x-stream: 1", "x-stream: true", "x-stream: 1");
}

#[test]
fn an_encrypted_member_is_sent_or_received_but_not_both() {
    breaks(
        "encrypted-both-ways",
        "    Order:",
        "items: { $ref: '#/components/schemas/Goods' }",
        "items: { $ref: '#/components/schemas/Order' }",
    );
}

#[test]
fn a_file_is_answered_as_bytes() {
    breaks("stream", "# a file", "application/octet-stream", "text/csv");
}

#[test]
fn an_event_is_a_word_with_a_description_a_page_an_example_and_an_object() {
    breaks("event-type", "order.paid", "  ORDER.PAID:", "  order.paid:");
    breaks("event-type", "(shared:", "  ORDER.PAID (shared):", "  ORDER.PAID (shared:");
    breaks(
        "event-keyword",
        "summary: Paid",
        "    description: It is paid",
        "    summary: Paid\n    description: It is paid",
    );
    breaks("official-page", "ORDER.PAID:", "https://pay.weixin.qq.com/4", "pay");
    breaks("example", "ORDER.PAID:", "example: { out_trade_no: A1 }", "example: {}");
    breaks("event-component", "ORDER.PAID:", "schemas/OrderNotification", "schemas/State");
    breaks("extension", "x-role: [merchant] # here", "    x-shape:", "    x-role: [merchant] # here\n    x-shape:");
}

#[test]
fn a_shape_is_told_by_members_that_its_component_has() {
    breaks("x-shape", "ORDER.PAID (shared)", "has: [part]", "has: [openid]");
    breaks("x-shape", "x-shape", "lacks: [openid]", "without: [openid]");
    breaks("name-clash", "ORDER_PAID:", "  ORDER.PAID (shared):", "  ORDER_PAID:");
}

#[test]
fn what_is_compared_with_the_own_order_is_a_number_and_an_amount_outside_of_lists() {
    let at = "    OrderNotification:";
    breaks("x-check", at, "total: paid,", "total: out_trade_no,");
    breaks("x-check", at, "number: out_trade_no, total: paid", "total: paid");
    breaks("x-check", at, "number: out_trade_no,", "number: paid,");
    breaks("x-check", at, "currency: money.currency", "currency: money");
    breaks("x-check", at, "currency: money.currency", "colour: out_trade_no");
    let list = "x-check: { number: data.state, total: total }\n      x-progress: data.state";
    breaks("x-check", "    OrderList:", "x-progress: data.state", list);
}

#[test]
fn what_is_written_says_what_it_does_and_where() {
    breaks("x-effect", "operationId: close_order", "      x-effect: configure\n", "");
    breaks("x-effect", "operationId: close_order", "x-effect: configure", "x-effect: destroy");
    for host in ["https://mch.example", "https://a.mch.weixin.qq.com/v3", "apihk.mch.weixin.qq.com"] {
        let to = format!("x-effect: configure\n      x-host: {host}");
        breaks("x-host", "operationId: close_order", "x-effect: configure", &to);
    }
}

#[test]
fn pages_are_turned_by_what_is_there_or_somebody_says_why_not() {
    let at = "operationId: list_orders";
    let marked = "{ offset: offset, items: data }";
    breaks("x-pagination", at, "      x-pagination: { offset: offset, items: data }\n", "");
    for broken in [
        "{ offset: state, items: data }",
        "{ offset: gone, items: data }",
        "{ page: offset, first: 1, items: data }",
        "{ offset: offset, items: gone }",
        "{ offset: offset, items: data, total: data }",
        "{ offset: offset, items: data, limit: openid }",
        "{ cursor: offset, next: data, items: data }",
    ] {
        breaks("x-pagination", at, marked, broken);
    }
    for broken in [
        "{ offset: offset }",
        "{ offset: offset, page: offset, items: data }",
        "{ offset: offset, items: data, next: data }",
        "{ offset: offset, items: data, colour: red }",
        "no",
    ] {
        breaks("x-pagination", broken, marked, broken);
    }
    assert!(specs(&SHOP.replace(marked, "the page does not say what it counts"), SHARED).is_ok());
}

#[test]
fn what_others_call_instead_is_there_and_for_them() {
    let at = "operationId: list_orders";
    let marked = "{ partner: shop.close_order }";
    breaks("x-instead", at, marked, "{ merchant: shop.close_order }");
    breaks("x-instead", at, marked, "{ everybody: shop.close_order }");
    breaks("x-instead", "x-instead: shop", marked, "shop.close_order");
    let other = |to: &str, read: Option<&str>| {
        let specs = specs(&SHOP.replace(marked, to), SHARED).unwrap_or_else(|problems| panic!("{problems:?}"));
        let problems = super::roles::instead(&specs.families, |_| read.map(str::to_owned));
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(other(marked, None), "");
    for broken in ["close_order", "shop.gone", "shop.list_orders", "market.close_order"] {
        let found = other(&format!("{{ partner: {broken} }}"), Some("      operationId: open_order\n"));
        assert!(found.starts_with("openapi/shop.yaml:9: x-instead: "), "{broken}: {found}");
    }
    assert_eq!(other("{ partner: market.open_order }", Some("      operationId: open_order\n")), "");
    assert!(!other("{ institution: shop.close_order }", None).is_empty(), "it is not for them either");
}
