"""``graybook sirt``: what is known of a radioembolisation comes in; its plan or its doses are printed."""

from __future__ import annotations

import json as json_module
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from graybook.cli.folder_options import AsJson, Patient, PersonFolder
from graybook.cli.output import Commands, print_json, shown_progress
from graybook.cli.sirt_options import (
    Albi,
    Bed,
    Bilirubin,
    ChildPugh,
    Constant,
    Indication,
    Lang,
    Scenario,
)
from graybook.errors import UsageError

__all__ = ["sirt"]

sirt = typer.Typer(
    name="sirt",
    help="Radioembolisation of the liver: a plan by the partition model, and doses of images before and after.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
)

# of graybook.tables.microspheres and graybook.interventional, without loading them
Device = Literal["y90-glass", "y90-resin", "ho166"]
Target = Literal["tumour", "normal", "perfused", "lung"]
Uptake = Literal["concentration", "activity"]
Shunt = Literal["liver", "tumour"]
Calibrated = Literal["patient-relative", "absolute"]


@sirt.command("plan")
def plan(
    device: Annotated[Device, typer.Option("--device", help="Nuclide and matrix of the microspheres.")],
    lung_shunt: Annotated[
        float, typer.Option("--lung-shunt", metavar="L", help="As a share: 0.05.", show_default=False)
    ],
    tumour_kg: Annotated[
        float, typer.Option("--tumour-kg", metavar="KG", help="Tumour that is reached.", show_default=False)
    ],
    normal_kg: Annotated[
        float,
        typer.Option("--normal-kg", metavar="KG", help="Normal liver that is reached.", show_default=False),
    ],
    tn_ratio: Annotated[
        float,
        typer.Option(
            "--tn-ratio", metavar="R", help="Uptake of tumour over normal liver.", show_default=False
        ),
    ],
    lung_kg: Annotated[float, typer.Option("--lung-kg", metavar="KG", help="Lungs.", show_default=False)],
    activity_gbq: Annotated[
        float | None,
        typer.Option("--activity-gbq", metavar="A", help="In the vial; or give --target-gy instead."),
    ] = None,
    target_gy: Annotated[
        float | None, typer.Option("--target-gy", metavar="G", help="Wished mean dose: gives the activity.")
    ] = None,
    target: Annotated[
        Target | None, typer.Option("--target", help="What --target-gy is for; the tumour when not said.")
    ] = None,
    tn_definition: Annotated[
        Uptake | None,
        typer.Option("--tn-definition", help="What --tn-ratio is a ratio of; concentration when not said."),
    ] = None,
    shunt_definition: Annotated[
        Shunt | None,
        typer.Option(
            "--shunt-definition",
            help="What --lung-shunt is a share of: lung and liver, or lung and tumour; liver when not said.",
        ),
    ] = None,
    constant: Constant = None,
    whole_normal_kg: Annotated[
        float | None,
        typer.Option(
            "--whole-normal-kg", metavar="KG", help="All normal liver, when only a part is reached."
        ),
    ] = None,
    residual_percent: Annotated[
        float, typer.Option("--residual-percent", metavar="P", help="Share that stays in vial and lines.")
    ] = 0.0,
    calibrated: Annotated[
        str | None,
        typer.Option(
            "--calibrated", metavar="MOMENT", help="When the vial's activity is true: 2026-03-01T12:00+01:00."
        ),
    ] = None,
    infused: Annotated[
        str | None, typer.Option("--infused", metavar="MOMENT", help="When it is infused.")
    ] = None,
    bilirubin: Bilirubin = None,
    child_pugh: ChildPugh = None,
    albi: Albi = None,
    indication: Indication = None,
    scenario: Scenario = None,
    bed: Bed = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="OUT", help="Write sirt-plan.json, .html and .pdf into this folder."),
    ] = None,
    lang: Lang = "en",
    json: AsJson = False,
) -> None:
    """Doses of tumour, normal liver and lungs by the partition model, or the activity for a wished dose.

    graybook sirt plan --device y90-glass --activity-gbq 2 --lung-shunt 0.05 --tumour-kg 0.2 --normal-kg 1.3
    --tn-ratio 3 --lung-kg 1

    T/N and lung shunt each have two definitions. Say which; when you do not, the one taken is named, with what the other
    would make of every dose. Recommendations of the EANM stand beside the doses and are no verdict.
    """
    from graybook.cli.sirt_page import page
    from graybook.interventional.activity import Compartment
    from graybook.interventional.lung_shunt import ShuntDefinition
    from graybook.interventional.partition import UptakeDefinition
    from graybook.workflow.microspheres.asked import Asked
    from graybook.workflow.microspheres.biology import tissues_of
    from graybook.workflow.microspheres.liver import Liver, bilirubin_of, child_pugh_of
    from graybook.workflow.sirt_plan import sirt_plan, write_plan

    asked = Asked(
        device=device,
        activity_gbq=activity_gbq,
        target_gy=target_gy,
        target=None if target is None else Compartment(target),
        tumour_kg=tumour_kg,
        normal_kg=normal_kg,
        lung_kg=lung_kg,
        whole_normal_kg=whole_normal_kg,
        tn_ratio=tn_ratio,
        tn_definition=None if tn_definition is None else UptakeDefinition(tn_definition),
        lung_shunt=lung_shunt,
        shunt_definition=None if shunt_definition is None else ShuntDefinition(shunt_definition),
        constant_j_per_gbq=constant,
        residual_percent=residual_percent,
        calibrated=_moment(calibrated, "--calibrated"),
        infused=_moment(infused, "--infused"),
        liver=Liver(
            bilirubin_mg_dl=None if bilirubin is None else bilirubin_of(bilirubin),
            child_pugh="" if child_pugh is None else child_pugh_of(child_pugh),
            albi=albi,
        ),
        indication=indication,
        scenario=scenario,
        tissues=tissues_of(bed or ()),
    )
    found = sirt_plan(asked, language=lang)
    if out is not None:
        write_plan(found, out, language=lang)
    if json:
        print_json(json_module.loads(found.model_dump_json()))
    else:
        page(found, lang)


@sirt.command("verify")
def verify(
    folder: PersonFolder,
    out: Annotated[
        Path, typer.Option("--out", metavar="OUT", help="Folder to write into.", show_default=False)
    ],
    infusion: Annotated[
        str,
        typer.Option("--infusion", metavar="LABEL|DAY", help="Which \\[\\[radioembolisation]], of several."),
    ] = "",
    device: Annotated[
        Device | None, typer.Option("--device", help="Microspheres, when graybook.toml does not say.")
    ] = None,
    activity_gbq: Annotated[
        float | None,
        typer.Option("--activity-gbq", metavar="A", help="What reached the patient, at the infusion."),
    ] = None,
    infused: Annotated[
        str | None,
        typer.Option("--infused", metavar="MOMENT", help="Moment of the infusion: 2026-03-01T10:30+01:00."),
    ] = None,
    tumour: Annotated[
        list[str] | None, typer.Option("--tumour", metavar="NAME", help="A structure; repeatable.")
    ] = None,
    perfused: Annotated[
        list[str] | None,
        typer.Option("--perfused", metavar="NAME", help="The perfused volume, tumours included."),
    ] = None,
    liver: Annotated[
        list[str] | None, typer.Option("--liver", metavar="NAME", help="The whole liver, tumours included.")
    ] = None,
    lung: Annotated[
        list[str] | None, typer.Option("--lung", metavar="NAME", help="The lungs; repeatable.")
    ] = None,
    before: Annotated[
        str, typer.Option("--before", metavar="SERIES", help="Series Instance UID of the scout or MAA.")
    ] = "",
    after: Annotated[
        str, typer.Option("--after", metavar="SERIES", help="Series Instance UID of the image after.")
    ] = "",
    calibration: Annotated[
        Calibrated, typer.Option("--calibration", help="Which calibration of the image after is compared.")
    ] = "patient-relative",
    lung_kg: Annotated[
        float | None, typer.Option("--lung-kg", metavar="KG", help="Lungs: without it they have no dose.")
    ] = None,
    lung_shunt: Annotated[
        float | None, typer.Option("--lung-shunt", metavar="L", help="As a share, where no image shows it.")
    ] = None,
    shunt_definition: Annotated[
        Shunt | None, typer.Option("--shunt-definition", help="What --lung-shunt is a share of.")
    ] = None,
    density: Annotated[
        float | None,
        typer.Option(
            "--density", metavar="G/CM3", help="Of liver and tumour; that of the kernels when not said."
        ),
    ] = None,
    constant: Constant = None,
    bilirubin: Bilirubin = None,
    child_pugh: ChildPugh = None,
    albi: Albi = None,
    indication: Indication = None,
    scenario: Scenario = None,
    bed: Bed = None,
    patient: Patient = None,
    lang: Lang = "en",
    json: AsJson = False,
) -> None:
    """Doses from the images before and after an infusion: predicted against delivered, and where the activity is.

    graybook sirt verify FOLDER --out OUT

    The images are a 99mTc-MAA or 166Ho scout before, and 90Y PET, bremsstrahlung SPECT or 166Ho SPECT after. What was given
    stands in \\[\\[radioembolisation]] of graybook.toml, or in the options. Writes OUT/sirt.json, sirt.html and sirt.pdf.
    """
    from graybook.cli.sirt_verify_page import page
    from graybook.interventional.lung_shunt import ShuntDefinition
    from graybook.interventional.voxel import Calibration
    from graybook.workflow.microspheres.biology import tissues_of
    from graybook.workflow.microspheres.infusion import VerifyAsked
    from graybook.workflow.microspheres.liver import Liver, bilirubin_of, child_pugh_of
    from graybook.workflow.sirt_verify import sirt_verify, write_verified

    named = {"tumour": tumour, "perfused": perfused, "liver": liver, "lung": lung}
    asked = VerifyAsked(
        infusion=infusion,
        device=device,
        activity_gbq=activity_gbq,
        infused=_moment(infused, "--infused"),
        lung_kg=lung_kg,
        lung_shunt=lung_shunt,
        shunt_definition=None if shunt_definition is None else ShuntDefinition(shunt_definition),
        constant_j_per_gbq=constant,
        density_g_cm3=density,
        calibration=Calibration(calibration),
        before=before,
        after=after,
        names={key: tuple(one) for key, one in named.items() if one},
        liver=Liver(
            bilirubin_mg_dl=None if bilirubin is None else bilirubin_of(bilirubin),
            child_pugh="" if child_pugh is None else child_pugh_of(child_pugh),
            albi=albi,
        ),
        indication=indication,
        scenario=scenario,
        tissues=tissues_of(bed or ()),
    )
    with shown_progress(quiet=json, language=lang) as progress:
        found = sirt_verify(folder, asked, patient=patient, language=lang, progress=progress)
        write_verified(found, out, language=lang)
    if json:
        print_json(json_module.loads(found.model_dump_json()))
    else:
        page(found, lang)


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} is no moment.", value=text, remedy="Write it as 2026-03-01T12:00+01:00."
        ) from None
