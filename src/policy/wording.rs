//! The texts that a pusher is shown, by the policy in force.

use super::judge::Judge;
use super::texts::Language;
use crate::git::RefName;

impl Judge<'_> {
    /// Whom to ask about a ref.
    #[must_use]
    pub fn contact(&self, name: &RefName) -> Option<String> {
        let settings = self.settings(&self.class(name.as_bytes()), None, None);
        settings.contact.as_ref().map(|contact| contact.value.clone())
    }

    /// The language, and the administrator's templates, for a ref.
    #[must_use]
    pub fn texts(&self, name: &RefName) -> (Language, Vec<(String, String)>) {
        let settings = self.settings(&self.class(name.as_bytes()), None, None);
        let texts = &settings.texts;
        let templates = texts.templates.iter();
        let templates = templates.map(|(name, text)| (name.clone(), text.value.clone()));
        let language = texts.language.as_ref().map(|it| it.value).unwrap_or_default();
        (language, templates.collect())
    }

    /// The trailers by which a tool can be disclosed on a ref, as people write them.
    #[must_use]
    pub fn disclosing(&self, name: &RefName) -> Vec<String> {
        let settings = self.settings(&self.class(name.as_bytes()), None, None);
        settings.disclosure.trailers().into_iter().map(str::to_owned).collect()
    }

    /// The exemptions that a pusher asked for and that do not exist, or are not for that pusher.
    #[must_use]
    pub fn refused_requests(&self) -> Vec<&str> {
        let known = |id: &&String| {
            let mut mine = self.exemptions.iter().filter_map(|&at| self.policy.exemptions.get(at));
            !mine.any(|exemption| exemption.id == **id)
        };
        self.situation.request.exemptions.iter().filter(known).map(String::as_str).collect()
    }

    /// The reason that the pusher gave for a bypass, if any.
    #[must_use]
    pub fn bypass_reason(&self) -> Option<&str> {
        self.situation.request.reason.as_deref()
    }
}
