//! Every event of the specs, with its example.

use serde_json::Value;

use super::Event;
use super::event::examples::EXAMPLES;

#[test]
fn every_event_is_read_from_its_example_into_its_variant() {
    for (event_type, original_type, variant, text) in EXAMPLES {
        let plaintext: Value = serde_json::from_str(text).unwrap();
        let event = Event::read(event_type, *original_type, plaintext).unwrap_or_else(|e| panic!("{event_type}: {e}"));
        assert_eq!(event.event_type(), *event_type);
        let debug = format!("{event:?}");
        assert!(debug.starts_with(&format!("{variant}(")), "{event_type} became {debug}");
    }
}
