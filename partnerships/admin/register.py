"""What the desk shows, on one page. Called once the models are loaded."""

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User

from partnerships import models
from partnerships.editorial.models import Report
from partnerships.publishing.models import Publication

from . import (
    challenges,
    claims,
    exercises,
    frameworks,
    images,
    institutions,
    log,
    milestones,
    pages,
    partners,
    people,
    programmes,
    records,
    regions,
    reports,
    sources,
    themes,
)

ADMINS = {
    models.Partner: partners.PartnerAdmin,
    models.Framework: frameworks.FrameworkAdmin,
    models.Programme: programmes.ProgrammeAdmin,
    models.Region: regions.RegionAdmin,
    models.Exercise: exercises.ExerciseAdmin,
    models.Edition: exercises.EditionAdmin,
    models.Institution: institutions.InstitutionAdmin,
    models.Objective: themes.ObjectiveAdmin,
    models.Threat: themes.ThreatAdmin,
    models.Activity: themes.ActivityAdmin,
    models.Challenge: challenges.ChallengeAdmin,
    models.Assessment: themes.AssessmentAdmin,
    models.CaseStudy: themes.CaseStudyAdmin,
    models.Source: sources.SourceAdmin,
    models.Claim: claims.ClaimAdmin,
    models.Milestone: milestones.MilestoneAdmin,
    models.Page: pages.PageAdmin,
    models.Term: pages.TermAdmin,
    models.Notice: pages.NoticeAdmin,
    models.Image: images.ImageAdmin,
    models.Record: records.AnyRecordAdmin,
    Report: reports.ReportAdmin,
    Publication: log.PublicationAdmin,
    User: people.PersonAdmin,
}


def register(site: AdminSite) -> None:
    for model, door in ADMINS.items():
        site.register(model, door)
