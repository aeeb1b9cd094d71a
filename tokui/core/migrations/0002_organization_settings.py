from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='organization', name='first_month', field=models.PositiveSmallIntegerField(default=4)),
        migrations.AddField(model_name='organization', name='first_steps_left_at', field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(('first_month__range', (1, 12))), name='core_organization_first_month'),
        ),
    ]
