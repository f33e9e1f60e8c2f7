//! What the passes make of a spec, read in the generated text.

use quote::quote;

use super::generate::Generated;
use super::testing::{SHARED, SHOP, module, specs};
use super::{client, generate, normalise};

#[test]
fn generating_twice_gives_the_same_bytes() {
    let generate = || specs(SHOP, SHARED).unwrap_or_else(|_| unreachable!()).generate().unwrap_or_default();
    let first = generate();
    assert_eq!(
        first.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["missing.rs", "common.rs", "common_examples.rs", "shop.rs", "shop.json", "shop_examples.rs"]
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
    let request = SHOP.replace("$ref: '#/components/schemas/Goods' }", "$ref: '#/components/schemas/Order' }");
    let request = request.split("    Goods:\n").collect::<Vec<_>>();
    let state = request[1].find("    State:\n").unwrap_or_default();
    let text = module(&format!("{}{}", request[0], &request[1][state..]));
    assert!(text.contains("parent: ::std::option::Option<::std::boxed::Box<Order>>"), "{text}");
    assert!(text.contains("pub fn parent(mut self, parent: impl Into<Order>) -> Self"), "{text}");
    assert!(text.contains("Box::new(parent.into())"), "{text}");
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
    assert!(!text.contains(r#".optional("openid""#));
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
