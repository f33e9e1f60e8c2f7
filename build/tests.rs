//! What the passes make of a spec, read in the generated text.

use quote::quote;

use super::generate::Generated;
use super::testing::{FILES, SHARED, SHOP, module, specs};
use super::{client, generate, normalise};

#[test]
fn generating_twice_gives_the_same_bytes() {
    let generate = || specs(SHOP, SHARED).unwrap_or_else(|_| unreachable!()).generate(&[]).unwrap_or_default();
    let first = generate();
    assert_eq!(
        first.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["missing.rs", "common.rs", "shop.rs", "shop.json", "shop_examples.rs", "events.rs", "event_examples.rs"]
    );
    assert_eq!(first, generate());
}

#[test]
fn limits_stay_in_the_spec_and_do_not_become_types_that_refuse_answers() {
    let text = module(SHOP);
    assert!(text.contains("pub name: ::std::string::String"), "{text}");
    assert!(!text.contains("GoodsName"));
}

#[test]
fn fields_stand_in_the_order_of_the_spec() {
    let text = module(SHOP);
    let places: Vec<_> = ["pub mchid:", "pub openid:", "pub amount:", "pub type_:", "pub goods:"]
        .iter()
        .map(|field| text.find(field).unwrap_or_else(|| panic!("no {field}")))
        .collect();
    assert!(places.is_sorted());
}

#[test]
fn a_type_that_contains_itself_is_boxed_and_its_setter_boxes() {
    let inner = "        part_of:\n          allOf: [{ $ref: '#/components/schemas/Goods' }]\n          description: A part 「部分」\n        price:\n";
    let text = module(&SHOP.replace("        price:\n", inner));
    assert!(text.contains("pub part_of: ::std::option::Option<::std::boxed::Box<Goods>>"), "{text}");
    assert!(text.contains("pub fn part_of(mut self, part_of: impl Into<Goods>) -> Self"), "{text}");
    assert!(text.contains("Box::new(part_of.into())"), "{text}");
}

#[test]
fn a_request_type_has_no_reader_and_an_answer_type_no_builder() {
    let text = module(SHOP);
    assert!(text.contains("struct CloseOrderRequestBuilder") && text.contains("impl crate::rt::Decode for Order {"));
    assert!(!text.contains("Decode for CloseOrderRequest") && !text.contains("OrderListBuilder"));
}

#[test]
fn no_type_of_the_generator_is_public() {
    let text = module(SHOP);
    let public = text.lines().filter(|line| line.trim_start().starts_with("pub ") && line.contains("progenitor"));
    assert_eq!(public.count(), 0);
    assert!(!text.contains("impl Default") && !text.contains("derive(Default") && !text.contains("pub mod types"));
}

#[test]
fn payer_data_is_hidden_in_every_debug() {
    let text = module(SHOP);
    assert_eq!(text.matches(r#".hidden("openid", self.openid.is_some())"#).count(), 2, "the request and the query");
    assert!(!text.contains(".optional(\"openid\", &self.openid)\n"));
}

#[test]
fn shared_components_are_one_type_for_all_families() {
    let text = module(SHOP);
    assert!(text.contains("pub amount: crate::common::Money") && !text.contains("struct Money"));
    assert!(text.contains("pub created: ::std::option::Option<crate::types::Rfc3339Time>"), "{text}");
}

/// The cut between building and sending is at one statement; a generator without it is one that nobody here has read.
#[test]
fn a_method_without_the_known_statement_stops_the_build() {
    let mut generated = Generated::default();
    let method = syn::parse2(quote! {
        pub async fn close_order(&self) -> Result<ResponseValue<()>, Error<()>> {
            let request = self.client.get(url).build()?;
            let information = OperationInfo { operation_id: "close_order" };
            self.exec(request, &information).await
        }
    });
    generated.methods.insert("close_order".to_owned(), method.unwrap_or_else(|_| unreachable!()));
    let error = client::emit(&generated).err();
    assert_eq!(error.as_deref(), Some("the generated method `close_order` has no `let info`"));
}

#[test]
fn what_is_sent_is_cut_out_of_every_generated_method() {
    let specs = specs(SHOP, SHARED).unwrap_or_else(|_| unreachable!());
    let openapi = normalise::openapi(&specs.families[0], &specs.common);
    let generated = generate::generate(openapi, &generate::replaced_types(&specs.common, false));
    let client = client::emit(&generated.unwrap_or_default()).map(|tokens| tokens.to_string()).unwrap_or_default();
    assert!(client.contains("fn close_order") && client.contains("fn list_orders"));
    assert!(!client.contains("await") && !client.contains("exec"), "{client}");
}

#[test]
fn money_goes_in_as_whole_numbers_and_json_inside_a_text_as_what_it_is() {
    let text = module(SHOP);
    assert!(text.contains("pub fn paid(mut self, paid: impl Into<crate::types::Fen>) -> Self"), "{text}");
    assert!(text.contains("pub days: Option<crate::types::JsonText<Vec<String>>>"), "{text}");
    assert!(
        text.contains("pub fn days(mut self, days: impl IntoIterator<Item = impl Into<String>>) -> Self"),
        "{text}"
    );
}

#[test]
fn what_is_encrypted_goes_in_as_sensitive_and_comes_back_as_a_ciphertext() {
    let text = module(SHOP);
    assert!(text.contains("pub payer_name: ::std::option::Option<crate::types::Sensitive>"), "{text}");
    assert!(text.contains("pub name: ::std::option::Option<crate::types::Ciphertext>"), "{text}");
    assert!(text.contains(r#"sealer.field("payer_name", &mut self.payer_name, &self.extra);"#), "{text}");
    assert!(text.contains("sealer.extra(&rules::CLOSE_ORDER_REQUEST, &mut self.extra);"), "{text}");
    assert!(text.contains("crate::rt::Seal::seal(&mut body, sealer)"), "{text}");
    assert_eq!(text.matches("impl crate::rt::Seal for").count(), 1, "only what reaches something encrypted");
}

#[test]
fn the_limits_of_requests_stand_in_tables() {
    let text = module(SHOP).split_whitespace().collect::<Vec<_>>().join(" ");
    for rule in [
        r#"Field { name: "mchid", is_required: true, kind: Kind::Text(Text { is_merchant: Some(true), ..Text::ANY }), }"#,
        r#"max: Some(20i64), max_bytes: Some(40i64), pattern: Some(&PATTERN_0), ..Text::ANY"#,
        r#"one_of: &[&["openid", "payer_name"]]"#,
        r#"Sum { total: "paid", plus: &["goods.price"], minus: &["discount"], }"#,
        r#"at_most: &[("discount", "paid")]"#,
        r#"kind: Kind::Object(&crate::common::rules::MONEY)"#,
    ] {
        assert!(text.contains(rule), "no {rule} in {text}");
    }
    assert!(!text.contains("static ORDER_LIST"), "answers have no rules");
}

#[test]
fn what_a_state_means_for_the_money_is_read_where_the_spec_says() {
    let text = module(SHOP).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Self::Open => crate::Progress::Pending"), "{text}");
    assert!(text.contains("crate::Progress::of_all(self.data.iter().map(|item| item.state.progress()))"), "{text}");
}

#[test]
fn words_that_are_no_names_have_the_names_of_the_spec() {
    let text = module(SHOP);
    assert!(text.contains(r#"Self::Shop => "1000""#), "{text}");
}

#[test]
fn a_file_has_no_call_of_its_own() {
    assert!(!module(SHOP).contains("download_orders"));
}

#[test]
fn a_query_parameter_is_encrypted_with_the_key_of_the_body() {
    let plain = "{ name: limit, in: query, description: At most 「数量」, schema: { type: integer, format: int64 }, example: 5 }";
    let encrypted = "{ name: card, in: query, description: Card 「卡号」, x-encrypted: true, schema: { type: string }, example: '6222' }";
    let text = module(&SHOP.replace(plain, encrypted));
    assert!(text.contains("pub fn card(mut self, card: impl Into<crate::types::Sensitive>) -> Self"), "{text}");
    assert!(text.contains(r#"sealer.parameter("card", &mut card);"#), "{text}");
    assert!(text.contains(r#"sealer.extra_parameter("card", &mut extra);"#), "{text}");
    let joined: String = text.split_whitespace().collect();
    assert!(joined.contains("client.list_orders(card.as_ref(),&mchid"), "{text}");
    assert!(
        joined.contains("crate::rt::ready(&client,&operations::LIST_ORDERS).await"),
        "the key may have to be downloaded first: {text}"
    );
}

#[test]
fn a_setter_says_the_documented_limits() {
    let text = module(SHOP);
    assert!(text.contains("/// Limits: at most 20 characters, at most 40 bytes, matches `^[a-z]+$`."), "{text}");
}

/// A generated file of the shop, on one line.
fn file(name: &str) -> String {
    let specs = specs(SHOP, SHARED).unwrap_or_else(|problems| panic!("{problems:?}"));
    let known = [("ORDER.PAID".to_owned(), "shop".to_owned())];
    let outputs = specs.generate(&known).unwrap_or_else(|problems| panic!("{problems:?}"));
    let text = outputs.into_iter().find(|(known, _)| known == name).map(|(_, text)| text).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_event_is_a_variant_and_the_shape_that_asks_for_more_is_tried_first() {
    let text = file("events.rs");
    assert!(text.contains("OrderPaid(Box<crate::shop::OrderNotification>)"), "{text}");
    assert!(text.contains("SharedOrderPaid(Box<crate::shop::SharedOrderNotification>)"), "{text}");
    assert!(text.contains(r#"original_types: &["shared"], has: &["part"], lacks: &["openid"]"#), "{text}");
    let place = |variant: &str| text.find(&format!("Event::{variant}(Box::new(payload))"));
    assert!(place("SharedOrderPaid") < place("OrderPaid") && place("OrderPaid").is_some(), "{text}");
    assert!(text.contains(r#"&[("ORDER.PAID", "shop")]"#), "{text}");
    assert!(file("event_examples.rs").contains(r#"("ORDER.PAID", Some("shared"), "SharedOrderPaid""#));
}

#[test]
fn what_is_compared_with_the_own_order_is_read_where_the_spec_says() {
    let text = file("shop.rs").replace(' ', "");
    for found in [
        "number:Some(&self.out_trade_no).map(|word|word.as_str()),total:self.paid.as_ref().copied(),sub_mchid:None,",
        "currency:self.money.as_ref().and_then(|value|Some(&value.currency)).map(|word|word.as_str()),",
    ] {
        assert!(text.contains(found), "no {found}");
    }
}

#[test]
fn a_phone_opens_an_order_in_the_app_it_names_and_an_answer_by_its_handle() {
    let order = "      x-at-most: { discount: paid }\n      required: [mchid, amount]\n      properties:\n";
    let opened = "      x-at-most: { discount: paid }\n      x-launch: [jsapi, transfer]\n      required: [mchid, amount, sp_appid]\n      properties:\n        sp_appid: { type: string, description: App 「应用」 }\n        sub_appid: { type: string, description: App 「应用」 }\n";
    let answer = "      x-progress: state\n      required: [state]\n      properties:\n";
    let handle = "      x-progress: state\n      x-launch: [native]\n      required: [state]\n      properties:\n        code_url: { type: string, description: Code 「二维码」 }\n";
    assert!(SHOP.contains(order) && SHOP.contains(answer));
    let shop = SHOP.replace(order, opened).replace(answer, handle);
    let shop = shop.replace("example: { mchid: '1'", "example: { sp_appid: wx1, mchid: '1'");
    let text = module(&shop).split_whitespace().collect::<Vec<_>>().join(" ");
    let page = "impl crate::launch::LaunchOrder<crate::launch::scene::Jsapi> for CloseOrderRequest { fn appid(&self) -> \
                Option<&str> { [self.sub_appid.as_deref(), Some(self.sp_appid.as_str())]";
    assert!(text.contains(page), "{text}");
    // A transfer names both apps, each for itself.
    let transfer = "LaunchOrder<crate::launch::scene::Transfer> for CloseOrderRequest { fn appid(&self) -> Option<&str> { \
                    [Some(self.sp_appid.as_str())]";
    assert!(
        text.contains(transfer) && text.contains("fn sub_appid(&self) -> Option<&str> { self.sub_appid.as_deref() }")
    );
    let code = "impl crate::launch::LaunchAnswer<crate::launch::scene::Native> for Order { fn handle(&self) -> Option<&str> { \
                self.code_url.as_deref() } }";
    assert!(text.contains(code), "{text}");
}

#[test]
fn a_list_in_pages_has_a_stream_that_needs_all_but_the_place_of_the_first() {
    let text = module(SHOP).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("pub fn stream(self) -> crate::Pages<Order> where S0: crate::required::IsGiven, {"),
        "{text}"
    );
    assert!(text.contains("impl crate::rt::Paged for ListOrders<crate::required::Given, crate::required::Given>"));
    assert!(text.contains("if let crate::rt::Place::Number(to) = to { self.offset = to; }"), "{text}");
    assert!(text.contains("crate::rt::Page { items: answer.data, total: None, next: None, }"), "{text}");
    assert_eq!(text.matches("impl crate::rt::Paged").count(), 1);
}

#[test]
fn cursors_limits_and_totals_are_read_where_the_spec_says() {
    let shop = SHOP
        .replace("{ offset: offset, items: data }", "{ cursor: token, next: next, limit: limit, items: data, total: total }")
        .replace("{ name: offset, in: query, required: true, description: How many before 「偏移」, schema: { type: integer, format: int64 }, example: 0 }",
            "{ name: token, in: query, description: Where 「令牌」, schema: { type: string }, example: t }")
        .replace("      properties:\n        data:\n", "      properties:\n        next: { type: string, description: Next 「下一页」 }\n        total: { type: integer, format: int64, description: All 「总数」 }\n        data:\n");
    let text = module(&shop).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("self.token.clone().map(crate::rt::Place::Cursor)"), "{text}");
    assert!(text.contains("fn limit(&self) -> Option<i64> { self.limit }"), "{text}");
    assert!(text.contains("crate::rt::Page { items: answer.data, total: answer.total, next: answer.next, }"), "{text}");
}

#[test]
fn a_scope_gives_what_a_request_has_of_it() {
    let shop = SHOP.replace(
        "      required: [mchid, amount]\n      properties:\n",
        "      required: [mchid, amount, sub_mchid]\n      properties:\n        sub_mchid: { type: string, description: Sub 「子商户」 }\n        sub_appid: { type: string, description: App 「应用」 }\n",
    );
    let shop = shop.replace("example: { mchid: '1'", "example: { sub_mchid: '2', mchid: '1'");
    let text = module(&shop).split_whitespace().collect::<Vec<_>>().join(" ");
    let scope = "pub fn scope( self, scope: &crate::PartnerScope, ) -> CloseOrderRequestBuilder<crate::required::Given, S1, S2> { \
                 self.sub_mchid(scope.sub_mchid()).maybe_sub_appid(scope.sub_appid()) }";
    assert!(text.contains(scope), "{text}");
    assert!(!module(SHOP).contains("PartnerScope"), "a request without any of them has none");
}

#[test]
fn what_other_roles_call_instead_stands_in_the_table() {
    let text = module(SHOP);
    assert!(text.contains(r#"instead: &[(crate::Role::Partner, "shop", "close_order")]"#), "{text}");
}

#[test]
fn a_file_has_a_call_with_the_values_that_its_address_lacks() {
    let text = module(FILES);
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "pub fn download_given_file( &self, file: &impl crate::HasFile, ) -> calls::DownloadGivenFile<crate::required::missing::mchid>",
        "pub fn download_file( &self, file_id: impl Into<String>, ) -> calls::DownloadFile<crate::required::missing::day>",
        ".proven_by(crate::rt::Proving::Sm3)",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!text.contains("download_whole_file"), "{text}");
}
