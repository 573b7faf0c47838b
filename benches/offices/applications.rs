//! Applications of invented people, as bytes of requests that were written before anything is
//! measured.

use std::sync::Arc;

use anyhow::Context;
use cei_gateway::random::Random;
use cei_gateway::simulator::person::People;
use cei_gateway::simulator::submission::{Request, submission};
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::load::post;
use crate::town::Town;

/// A JPEG 2000 file with true headers and hardly any picture.
const NO_FACE: &str = "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAeanAyaAAAABZpaGRyAAACEwAAAZ0AAQcHAAAAAAAA\
     anAyY/9P/1EAKQAAAAABnQAAAhMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQcB/9k=";

/// Whether applications carry their images.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Images {
    /// As the simulator's offices send them, some 90 KB.
    Whole,
    /// Files whose headers alone are there.
    Absent,
}

/// A source of applications; no two are of one person.
pub(crate) struct Applicants {
    random: Random,
    people: People,
    today: NaiveDate,
    serial: usize,
}

impl Applicants {
    /// Those who come after so many; the same people come in every run.
    pub(crate) fn after(taken: usize, today: NaiveDate) -> Self {
        let random = Random::seeded(23);
        let mut people = People::new(Random::seeded(29));
        for _ in 0..taken {
            people.person(35, today);
        }
        Self {
            people,
            random,
            today,
            serial: taken,
        }
    }

    /// The next application, of whichever office's turn it is: the office's key and the content.
    fn next<'a>(&mut self, town: &'a Town, images: Images) -> anyhow::Result<(&'a str, Value)> {
        self.serial += 1;
        let turn = self.serial % town.offices.len();
        let office = town.offices.get(turn).context("no office")?;
        let person = self.people.person(35, self.today);
        let serial = u64::try_from(self.serial)?;
        let request = Request::new(&office.code, serial, self.today);
        let mut content = submission(&person, &request, None, &self.random);
        if images == Images::Absent {
            leave_images_out(&mut content);
        }
        Ok((town.key(turn)?, content))
    }

    /// So many requests with one application each.
    pub(crate) fn singles(
        &mut self,
        town: &Town,
        count: usize,
        images: Images,
    ) -> anyhow::Result<Arc<Vec<Vec<u8>>>> {
        let mut requests = Vec::with_capacity(count);
        for _ in 0..count {
            let (key, content) = self.next(town, images)?;
            let once = format!("bench-{}", self.serial);
            let body = serde_json::to_vec(&content)?;
            requests.push(post("/v1/applications", key, &once, &body));
        }
        Ok(Arc::new(requests))
    }

    /// So many requests with `together` applications each, all of one office.
    pub(crate) fn batches(
        &mut self,
        town: &Town,
        count: usize,
        together: usize,
        images: Images,
    ) -> anyhow::Result<Arc<Vec<Vec<u8>>>> {
        let mut requests = Vec::with_capacity(count);
        for batch in 0..count {
            let office = town.offices.get(batch % town.offices.len());
            let office = office.context("no office")?;
            let mut applications = Vec::with_capacity(together);
            for _ in 0..together {
                self.serial += 1;
                let person = self.people.person(35, self.today);
                let request = Request::new(&office.code, u64::try_from(self.serial)?, self.today);
                let mut content = submission(&person, &request, None, &self.random);
                if images == Images::Absent {
                    leave_images_out(&mut content);
                }
                applications.push(content);
            }
            let body = serde_json::to_vec(&json!({ "applications": applications }))?;
            let once = format!("bench-{}", self.serial);
            let key = town.key(batch % town.offices.len())?;
            requests.push(post("/v1/applications/batch", key, &once, &body));
        }
        Ok(Arc::new(requests))
    }
}

/// Puts a file of headers in the place of every image. The rules look at headers alone, so that the
/// application is taken in as before.
fn leave_images_out(content: &mut Value) {
    let Some(Value::Object(taken)) = content.get_mut("biometrics") else {
        return;
    };
    taken.insert("face".to_owned(), image_of(NO_FACE));
    let fingers = taken.get_mut("fingers").and_then(Value::as_array_mut);
    for finger in fingers.into_iter().flatten() {
        if let Some(image) = finger.get_mut("image") {
            *image = image_of(NO_FACE);
        }
    }
}

fn image_of(data: &str) -> Value {
    json!({ "media_type": "image/jp2", "data": data.replace(char::is_whitespace, "") })
}
