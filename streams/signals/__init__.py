"""The detectors, in the order of signals.md. To add one: a file here, its line below, its rule in
`knowledge/signals.yaml`, its lines in `knowledge/wording.*.yaml`, a story."""

from __future__ import annotations

from typing import Any

from streams.signals.advocate import Advocate
from streams.signals.arrival import Arrival
from streams.signals.asked_for_feedback import AskedForFeedback
from streams.signals.asked_twice import AskedTwice
from streams.signals.betrayal import Betrayal
from streams.signals.care_call import CareCall
from streams.signals.cause_rising import CauseRising
from streams.signals.contradictory_answers import ContradictoryAnswers
from streams.signals.cooling import Cooling
from streams.signals.cry_for_help import CryForHelp
from streams.signals.delivery_misfit import DeliveryMisfit
from streams.signals.detector import Detector
from streams.signals.double_deviation import DoubleDeviation
from streams.signals.engaged import Engaged
from streams.signals.feedback_gap import FeedbackGap
from streams.signals.fix_before_felt import FixBeforeFelt
from streams.signals.follow_up_due import FollowUpDue
from streams.signals.handed_around import HandedAround
from streams.signals.harassed import Harassed
from streams.signals.ignored_suggestion import IgnoredSuggestion
from streams.signals.incoming_call import IncomingCall
from streams.signals.no_apology import NoApology
from streams.signals.novelty_due import NoveltyDue
from streams.signals.offended_by_precision import OffendedByPrecision
from streams.signals.plateau import Plateau
from streams.signals.policy_collision import PolicyCollision
from streams.signals.promise_overdue import PromiseOverdue
from streams.signals.relationship_rule_broken import RelationshipRuleBroken
from streams.signals.repaired import Repaired
from streams.signals.repeat_contact import RepeatContact
from streams.signals.running_out import RunningOut
from streams.signals.scripted_reply import ScriptedReply
from streams.signals.sensitive_topic import SensitiveTopic
from streams.signals.service_gap import ServiceGap
from streams.signals.slipping_away import SlippingAway
from streams.signals.staff_away_notice import StaffAwayNotice
from streams.signals.stage_gap import StageGap
from streams.signals.step_failing import StepFailing
from streams.signals.struggling import Struggling
from streams.signals.suggestion_adopted import SuggestionAdopted
from streams.signals.swap_at_home import SwapAtHome
from streams.signals.template_mismatch import TemplateMismatch
from streams.signals.threat import Threat
from streams.signals.unanswered import Unanswered
from streams.signals.uncomfortable_place import UncomfortablePlace
from streams.signals.warming import Warming

DETECTORS: tuple[Detector[Any], ...] = (
    Unanswered(),
    IgnoredSuggestion(),
    SuggestionAdopted(),
    RepeatContact(),
    AskedTwice(),
    HandedAround(),
    ContradictoryAnswers(),
    ScriptedReply(),
    CryForHelp(),
    PolicyCollision(),
    DeliveryMisfit(),
    FollowUpDue(),
    PromiseOverdue(),
    DoubleDeviation(),
    NoApology(),
    Threat(),
    Repaired(),
    CauseRising(),
    FixBeforeFelt(),
    Harassed(),
    TemplateMismatch(),
    Warming(),
    Cooling(),
    Plateau(),
    SlippingAway(),
    NoveltyDue(),
    RelationshipRuleBroken(),
    OffendedByPrecision(),
    SensitiveTopic(),
    Engaged(),
    Struggling(),
    StepFailing(),
    AskedForFeedback(),
    FeedbackGap(),
    StageGap(),
    Arrival(),
    IncomingCall(),
    RunningOut(),
    StaffAwayNotice(),
    CareCall(),
    SwapAtHome(),
    Advocate(),
    ServiceGap(),
    UncomfortablePlace(),
    Betrayal(),
)
