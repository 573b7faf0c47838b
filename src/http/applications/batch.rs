//! `POST /v1/applications/batch`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::flow::content::ApplicationContent;
use crate::flow::once::Answer;
use crate::flow::progress::note;
use crate::flow::submit_application::{Handing, Outcome, Submitted, Taken, submit as submit_all};
use crate::http::api::{Api, Limits};
use crate::http::applications::elements::elements;
use crate::http::applications::view::ApplicationView;
use crate::http::body::{self, Unreadable};
use crate::http::envelope::RequestContext;
use crate::http::posted::{Content, Posted, again, response};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};

/// Applications of one request at most.
const APPLICATIONS_MAX: usize = 100;

/// Several applications. Only described here: each is read by itself.
#[derive(ToSchema)]
#[schema(as = ApplicationBatch)]
#[expect(dead_code, reason = "it describes a body that is read piece by piece")]
pub(crate) struct BatchContent {
    /// The applications, 1 to 100.
    #[schema(min_items = 1, max_items = 100)]
    applications: Vec<ApplicationContent>,
}

/// A body in which every application can be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    applications: Vec<ApplicationContent>,
}

/// Applications as they were read, each by itself.
pub(crate) struct Batch(Vec<Result<ApplicationContent, BodyFault>>);

impl Content for Batch {
    fn bytes_max(limits: Limits) -> usize {
        limits.upload_bytes
    }

    fn read(body: &[u8]) -> Result<Self, Problem> {
        // What is as it should be is read once.
        if let Ok(Whole { applications }) = serde_json::from_slice(body)
            && (1..=APPLICATIONS_MAX).contains(&applications.len())
        {
            return Ok(Self(applications.into_iter().map(Ok).collect()));
        }
        let elements = elements(body, APPLICATIONS_MAX).map_err(body::told)?;
        let elements = elements.filter(|elements| !elements.is_empty());
        let elements = elements.ok_or_else(wrong_count)?;
        let read = |element: &[u8]| body::read_json(element).map_err(fault_of);
        Ok(Self(elements.into_iter().map(read).collect()))
    }
}

/// The fault of one element; what is no JSON was found before.
fn fault_of(unreadable: Unreadable) -> BodyFault {
    match unreadable {
        Unreadable::Misshapen(fault) => fault,
        Unreadable::Malformed { .. } => BodyFault {
            pointer: String::new(),
            code: "json-malformed",
            message: Text::new("It is not JSON.", "Nu este JSON."),
        },
    }
}

fn wrong_count() -> Problem {
    Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
        pointer: "/applications".to_owned(),
        code: "count-out-of-range",
        message: Text::new(
            format!("Send 1 to {APPLICATIONS_MAX} applications at once."),
            format!("Trimiteți odată între 1 și {APPLICATIONS_MAX} de cereri."),
        ),
    }])
}

/// What has become of several applications.
#[derive(Serialize, ToSchema)]
#[schema(as = ApplicationBatchOutcome)]
pub(crate) struct BatchView {
    /// How many were taken in now.
    taken_in: usize,
    /// How many had been taken in before.
    known_before: usize,
    /// How many were not taken in.
    refused: usize,
    /// What has become of each, in the order of the request.
    results: Vec<ResultView>,
}

/// What has become of one application.
#[derive(Serialize, ToSchema)]
#[schema(as = ApplicationResult)]
pub(crate) struct ResultView {
    /// The status that the application would have been answered with alone.
    #[schema(example = 201)]
    status: u16,
    /// The application, where it is with us.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<ApplicationView>,
    /// Why it was not taken in; pointers begin at the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemView>,
}

/// Hand several applications in.
///
/// Each is judged by itself, as if it had been handed in alone, and answered in the order of the
/// request; what may be taken in of them is taken in together, all at one instant. The request may
/// be repeated with its key, and each application with the same `office_reference` and content: no
/// second application comes of it.
#[utoipa::path(
    post,
    path = "/v1/applications/batch",
    tag = "applications",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new request")),
    request_body = BatchContent,
    responses(
        (status = 200, description = "What has become of each", body = BatchView),
        (status = 413, description = "The body is too large", body = ProblemView),
        (status = 422, description = "It is no list of 1 to 100 applications", body = ProblemView),
    )
)]
pub(crate) async fn submit(
    api: web::Data<Api>,
    request: HttpRequest,
    posted: Posted<Batch>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let office = posted.caller.office()?;
    let context = RequestContext::in_request(&request);
    let context = context.ok_or_else(|| Problem::broken(anyhow::anyhow!("no context")))?;
    let (Batch(read), posted) = posted.take_content();
    let (mut contents, mut unread) = (Vec::new(), Vec::with_capacity(read.len()));
    for one in read {
        unread.push(match one {
            Ok(application) => {
                contents.push(application);
                None
            }
            Err(fault) => Some(fault),
        });
    }
    let actor = posted.caller.actor();
    let handing = Handing {
        office,
        note: note(gateway, &actor, None),
        request: Some(posted.key()),
        answer: &|outcomes| written(&unread, outcomes, &context).map(Some),
    };
    match submit_all(gateway, &handing, contents).await? {
        Submitted::Before(answer) => Ok(again(answer)),
        Submitted::Now(_, Some(answer)) => Ok(response(answer)),
        Submitted::Now(_, None) => Err(Problem::broken(anyhow::anyhow!("a batch without answer"))),
    }
}

/// The answer: the outcomes of what could be read, among the faults of what could not.
fn written(
    unread: &[Option<BodyFault>],
    outcomes: &[Outcome],
    context: &RequestContext,
) -> anyhow::Result<Answer> {
    let mut outcomes = outcomes.iter();
    let mut results = Vec::with_capacity(unread.len());
    for fault in unread {
        results.push(match fault {
            None => {
                let outcome = outcomes.next().context("an application without outcome")?;
                result_of(outcome, context)?
            }
            Some(fault) => {
                let problem = Problem::of(catalogue::CONTENT_INVALID);
                refused(&problem.with_faults(vec![fault.clone()]), context)
            }
        });
    }
    let count = |status: fn(u16) -> bool| results.iter().filter(|one| status(one.status)).count();
    let view = BatchView {
        taken_in: count(|status| status == 201),
        known_before: count(|status| status == 200),
        refused: count(|status| status >= 400),
        results,
    };
    Ok(Answer {
        status: StatusCode::OK.as_u16(),
        body: serde_json::to_string(&view)?,
    })
}

fn result_of(outcome: &Outcome, context: &RequestContext) -> anyhow::Result<ResultView> {
    let (status, application) = match outcome {
        Ok(Taken::New(application)) => (201, application),
        Ok(Taken::Before(application)) => (200, application),
        Err(refusal) => return Ok(refused(&Problem::from(refusal.clone()), context)),
    };
    Ok(ResultView {
        status,
        application: Some(ApplicationView::try_from(&**application)?),
        problem: None,
    })
}

fn refused(problem: &Problem, context: &RequestContext) -> ResultView {
    ResultView {
        status: problem.entry().status,
        application: None,
        problem: Some(problem.view(context)),
    }
}
