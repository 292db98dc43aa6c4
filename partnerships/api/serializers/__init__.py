"""What answers look like: one serializer for each kind of record and each owned row that has an address of its own."""

from .base import Chosen, MetaSerializer, RecordSerializer, RowSerializer
from .exercises import EditionSerializer, ExerciseSerializer, InstitutionSerializer, ParticipantSerializer
from .partners import (
    FrameworkSerializer,
    MembershipSerializer,
    ParticipationSerializer,
    PartnerSerializer,
    ProgrammeSerializer,
    RegionSerializer,
)
from .reference import ImageSerializer, NoticeSerializer, PageSerializer, SourceSerializer, TermSerializer
from .themes import (
    ActivitySerializer,
    AssessmentSerializer,
    CaseStudySerializer,
    ChallengeSerializer,
    ClaimSerializer,
    MilestoneSerializer,
    ObjectiveSerializer,
    ThreatSerializer,
)

RECORDS: tuple[type[RecordSerializer], ...] = (
    FrameworkSerializer,
    ProgrammeSerializer,
    RegionSerializer,
    PartnerSerializer,
    ExerciseSerializer,
    EditionSerializer,
    InstitutionSerializer,
    ObjectiveSerializer,
    ThreatSerializer,
    ActivitySerializer,
    ChallengeSerializer,
    AssessmentSerializer,
    CaseStudySerializer,
    MilestoneSerializer,
    ClaimSerializer,
    SourceSerializer,
    PageSerializer,
    TermSerializer,
    NoticeSerializer,
    ImageSerializer,
)
"""All kinds, in the portal's order. A kind that is missing here has no address in the API; a test holds that none is."""

ROWS: tuple[type[RowSerializer], ...] = (MembershipSerializer, ParticipationSerializer, ParticipantSerializer)

__all__ = ["RECORDS", "ROWS", "Chosen", "MetaSerializer", "RecordSerializer", "RowSerializer"]
